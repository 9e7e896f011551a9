import { join } from 'node:path';
import { isMap, type Entry } from '../files/entry.js';
import { failWith } from '../files/problem.js';
import type { Env, Home } from '../home/types.js';
import type { TenantName } from '../tenant-name.js';
import { Profiles, readExtends, type Profile } from './profiles.js';
import { readLayerFile, type LayerFile } from './read-layer.js';

/** What a tenant brings along: its profiles in order, its overlay and, where it has any, its secrets. */
export interface OwnFiles {
  readonly folder: string;
  readonly profiles: readonly Profile[];
  readonly overlay: LayerFile;
  readonly secrets: LayerFile | undefined;
}

export function readOwnFiles({ paths }: Home, tenant: TenantName, profiles: Profiles): OwnFiles {
  const folder = join(paths.tenants, tenant);
  const overlay = readLayerFile(paths.home, join(folder, 'settings.yaml'), { within: folder });
  if (overlay === undefined) return failWith({ file: join(folder, 'settings.yaml'), text: 'cannot be read' });
  const secrets = readLayerFile(paths.home, join(folder, 'secrets.yaml'), {
    isOptional: true,
    isPrivate: true,
    within: folder,
  });
  return { folder, overlay, secrets, profiles: profiles.inOrder(readExtends(overlay.entry, overlay.file)) };
}

/** Which application the tenant boots has to be known before its schema is, so it is looked up in the layers as they are. */
export function findApplicationName(own: OwnFiles, base: readonly LayerFile[], env: Env): string | undefined {
  const variable = env['TENANTRY__APP'];
  if (variable !== undefined) return variable;
  const layers = [...base, ...own.profiles, own.overlay].reverse();
  return layers.map(({ entry }) => applicationOf(entry)).find((name) => name !== undefined);
}

function applicationOf(entry: Entry): string | undefined {
  const value = isMap(entry.value) ? entry.value.get('app')?.value : undefined;
  return typeof value === 'string' ? value : undefined;
}
