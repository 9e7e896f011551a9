import { join } from 'node:path';
import { isMap, toPlain } from '../files/entry.js';
import { failWith } from '../files/problem.js';
import { realLocationIn, type RealFolder } from '../files/real-location.js';
import type { Env } from '../home/types.js';
import type { TenantName } from '../tenant-name.js';
import { Profiles, readExtends, type Profile } from './profiles.js';
import { isReleaseId } from '../schema/names.js';
import type { Pin, Source } from './types.js';
import { parseLayer, readLayerFile, type LayerFile, type LayerText } from './read-layer.js';

/** What a tenant brings along: its profiles in order, its overlay and, where it has any, its secrets. */
export interface OwnFiles {
  readonly folder: RealFolder;
  readonly profiles: readonly Profile[];
  readonly overlay: LayerFile;
  readonly secrets: LayerFile | undefined;
}

/** The overlay and secrets as they were read, to be parsed again when somebody wants to know more of them. */
export interface OwnTexts {
  readonly overlay: LayerText;
  readonly secrets: LayerText | undefined;
}

export function textsOf({ overlay, secrets }: OwnTexts): OwnTexts {
  const textOf = ({ file, text }: LayerText): LayerText => ({ file, text });
  return { overlay: textOf(overlay), secrets: secrets && textOf(secrets) };
}

export function parseTexts({ overlay, secrets }: OwnTexts): Pick<OwnFiles, 'overlay' | 'secrets'> {
  return { overlay: parseLayer(overlay, false), secrets: secrets && parseLayer(secrets, true) };
}

/** Whose files are read; with `overlay`, as if settings.yaml had that text. */
export interface OwnFilesOf {
  readonly tenant: TenantName;
  readonly overlay?: string | undefined;
}

/** Where the files of a tenant are looked for. */
export interface Surroundings {
  readonly home: string;
  readonly tenants: RealFolder;
  readonly profiles: Profiles;
  /** Folders of credentials that systemd has passed. */
  readonly credentials: readonly string[];
}

export function readOwnFiles(
  { tenant, overlay: content }: OwnFilesOf,
  { home, tenants, profiles, credentials }: Surroundings,
): OwnFiles {
  const path = join(tenants.path, tenant);
  const folder = { path, real: realLocationIn(tenants, path) };
  const within = folder.real;
  const overlay = readLayerFile(home, join(path, 'settings.yaml'), { within, content });
  if (overlay === undefined) return failWith({ file: join(path, 'settings.yaml'), text: 'cannot be read' });
  const secrets =
    readCredential(home, credentials, tenant) ??
    readLayerFile(home, join(path, 'secrets.yaml'), { isOptional: true, isPrivate: true, within });
  return { folder, overlay, secrets, profiles: profiles.inOrder(readExtends(overlay.entry, overlay.file)) };
}

/**
 * secrets.yaml as systemd hands it to the tenant's unit, `LoadCredential=secrets-of-acme:…`: the tenant's user need not be
 * able to open the file itself. Nobody else's are in that folder; its mode is systemd's business.
 */
function readCredential(home: string, folders: readonly string[], tenant: TenantName): LayerFile | undefined {
  for (const folder of folders) {
    const found = readLayerFile(home, join(folder, `secrets-of-${tenant}`), {
      isOptional: true,
      isSecret: true,
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** An application's name and where it was set. */
export interface ApplicationName extends Source {
  readonly name: unknown;
}

/** Which application the tenant boots has to be known before its schema is, so it is looked up in the layers as they are. */
export function findApplicationName(
  own: OwnFiles,
  base: readonly Omit<LayerFile, 'text'>[],
  env: Env,
): ApplicationName {
  const variable = env['TENANTRY__APP'];
  if (variable !== undefined) {
    return { name: variable, file: 'environment variable TENANTRY__APP', line: undefined };
  }
  const layers = [...base, ...own.profiles, own.overlay];
  const named = layers.map((layer) => valueIn(layer, 'app')).findLast(isSet);
  return named ?? { name: undefined, file: own.overlay.file, line: undefined };
}

/**
 * Which release the tenant is pinned to has to be known before its schema is, too. What is no release id by its looks is
 * left to the schema, which says so.
 */
export function findPin(own: OwnFiles, env: Env): Pin | undefined {
  const variable = env['TENANTRY__RELEASE'];
  if (variable !== undefined) {
    return { id: variable, file: 'environment variable TENANTRY__RELEASE', line: undefined };
  }
  const pin = [...own.profiles, own.overlay].map((layer) => valueIn(layer, 'release')).findLast(isSet);
  return typeof pin?.name === 'string' && isReleaseId(pin.name)
    ? { id: pin.name, file: pin.file, line: pin.line }
    : undefined;
}

function isSet(found: ApplicationName | undefined): found is ApplicationName {
  return found !== undefined;
}

function valueIn({ entry, file }: Omit<LayerFile, 'text'>, key: string): ApplicationName | undefined {
  const found = isMap(entry.value) ? entry.value.get(key) : undefined;
  return found === undefined ? undefined : { name: toPlain(found), file, line: found.line };
}
