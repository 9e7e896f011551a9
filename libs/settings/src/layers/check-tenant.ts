import { resolve } from 'node:path';
import { describeFound } from '../files/entry.js';
import type { Problem } from '../files/problem.js';
import { isWithin } from '../files/read-file.js';
import { realLocation, realLocationIn, type RealFolder } from '../files/real-location.js';
import type { TenantHome } from '../home/types.js';
import { nearest } from '../nearest.js';
import type { Settings } from '../schema/core.js';
import { keyOf, type Locate, type Path } from '../schema/validate.js';
import type { TenantName } from '../tenant-name.js';
import { checkAddress, type Finding } from './check-address.js';
import { checkSites, resolveSites } from './check-sites.js';

export interface TenantContext {
  readonly home: TenantHome;
  readonly own: RealFolder;
  readonly locate: Locate;
  readonly real: RealFolders;
}

/** The home and its tenants folder with links followed: the same for all tenants, so followed once. */
export interface RealFolders {
  readonly home: string;
  readonly tenants: string;
}

export function realFolders({ paths }: TenantHome): RealFolders {
  return { home: realLocation(paths.home), tenants: realLocation(paths.tenants) };
}

/** The settings with absolute paths. */
export function resolvePaths(settings: Settings, home: TenantHome, tenant: TenantName): Settings {
  const { socket } = settings.http;
  return {
    ...settings,
    media: { ...settings.media, root: resolve(home.paths.home, settings.media.root) },
    templates: {
      ...settings.templates,
      folder: resolve(home.paths.tenants, tenant, settings.templates.folder),
    },
    http: { ...settings.http, ...(socket === undefined ? {} : { socket: resolve(home.paths.home, socket) }) },
    sites: resolveSites(settings.sites, home.paths, tenant),
  };
}

/** What no single key's schema can see: keys that must fit each other, the host and the folders. */
export function checkTenant(settings: Settings, context: TenantContext): Problem[] {
  const found: Finding[] = [
    ...checkServer(settings, context.home),
    ...checkAddress(['http'], settings.http),
    ...checkFolders(settings, context),
    ...checkSites(settings),
  ];
  if (settings.database.ownerRole === settings.database.runtimeRole) {
    const text = `expected another role than database.ownerRole, found ${describeFound(settings.database.runtimeRole)}`;
    found.push({ path: ['database', 'runtimeRole'], text });
  }
  return found.map(({ path, ...problem }) => ({ ...context.locate(path), key: keyOf(path), ...problem }));
}

function checkServer({ database: { server } }: Settings, { host }: TenantHome): Finding[] {
  if (Object.hasOwn(host.postgres.servers, server)) return [];
  const near = nearest(server, Object.keys(host.postgres.servers));
  const text = `unknown Postgres server ${describeFound(server)}${near === undefined ? '' : `. Did you mean "${near}"?`}`;
  const hint = 'Servers are named under postgres.servers in tenantry.yaml.';
  return [{ path: ['database', 'server'], text, hint }];
}

function checkFolders(settings: Settings, { own, real }: TenantContext): Finding[] {
  const root = realLocationIn(own, settings.media.root);
  const found: Finding[] = [];
  if (isWithin(root, own.real) || isWithin(root, real.home)) {
    const text = `expected a folder of its own, found one that holds more than media (${settings.media.root})`;
    found.push({ path: ['media', 'root'], text });
  } else if (isWithin(real.tenants, root) && !isWithin(own.real, root)) {
    found.push({ path: ['media', 'root'], text: `lies in another tenant's folder (${settings.media.root})` });
  }
  return [
    ...found,
    ...templateFolders(settings)
      .filter(({ folder }) => !isWithin(own.real, realLocationIn(own, folder)))
      .map(({ path, folder }) => ({ path, text: `leads out of the tenant's folder (${folder})` })),
  ];
}

function templateFolders({ templates, sites }: Settings): { path: Path; folder: string }[] {
  return [
    { path: ['templates', 'folder'], folder: templates.folder },
    ...Object.entries(sites).map(([name, site]) => ({
      path: ['sites', name, 'templates', 'folder'],
      folder: site.templates?.folder ?? templates.folder,
    })),
  ];
}
