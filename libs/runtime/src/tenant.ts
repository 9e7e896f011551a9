import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import {
  type Application,
  type Env,
  findHome,
  type LoadedSettings,
  type LoaderOptions,
  loadTenantSettings,
  openTenantHome,
  type Pin,
  requireTenant,
  type Settings,
  SettingsError,
  type TenantHome,
  UsageError,
} from '#libs/settings';

import { AppPaths } from './app-paths.js';
import type { AppSites } from './app-sites.js';
import { Scrubber } from './process/scrub.js';
import { sitesOf } from './tenant-sites.js';

/** What a process knows about its tenant before it has touched database or media. */
export interface Tenant {
  readonly name: string;
  readonly home: TenantHome;
  readonly release: { readonly id: string; readonly dir: string };
  readonly settings: Settings;
  readonly sites: AppSites;
  readonly paths: AppPaths;
  /** The database section as the files are now: passwords are rotated under a running process. */
  rereadDatabase(): Settings['database'];
  /** Replaces every secret that the process has read so far, also those that it reread. */
  readonly scrub: (text: string) => string;
}

export interface LoadTenantInput {
  readonly application: Application;
  /** The release that this code is part of. */
  readonly releaseDir: string;
  readonly env: Env;
  readonly cwd: string;
}

export class NoTenant extends UsageError {
  override readonly code = 'NO_TENANT';
}

/** The tenant's settings name another release than the one that was started. */
export class WrongRelease extends SettingsError {
  override readonly code = 'WRONG_RELEASE';
}

/** Whoever starts its process does not know that it is to have none. */
export class SuspendedTenant extends SettingsError {
  override readonly code = 'SUSPENDED';
}

export class WrongApplication extends SettingsError {
  override readonly code = 'WRONG_APPLICATION';
}

/** The settings of the tenant that `TENANT` names; there is no default tenant. */
export function loadTenant({ application, releaseDir, env, cwd }: LoadTenantInput): Tenant {
  const asked = askedTenant(env);
  const home = openTenantHome(findHome({ env, cwd }), env);
  const tenant = requireTenant(home.paths, asked);
  const nodeEnv = env['NODE_ENV'] ?? 'production';
  const load = (releaseOf?: LoaderOptions['releaseOf']) =>
    loadTenantSettings({ home, releaseDir, application, env, nodeEnv, tenant, releaseOf });
  // Before anything that only the other release would understand.
  const loaded = load((_, pin) => refuseOtherRelease(home, releaseDir, { tenant, pin }));
  refuseOtherApplication(tenant, loaded.settings.app, application.name);
  refuseSuspended(loaded);
  const appDir = join(releaseDir, 'apps', loaded.settings.app);
  const known = withoutOwner(loaded.settings);
  const isDevelopment = home.host.development;
  const site = env['TENANT_SITE'];
  const { sites, settings } = sitesOf({ tenant, application, settings: known, site, appDir, isDevelopment });
  return {
    ...{ name: tenant, home },
    release: { id: releaseId(releaseDir), dir: releaseDir },
    settings,
    sites,
    ...secretsOf(known, () => withoutOwner(load().settings)),
    paths: new AppPaths(releaseDir, sites.served[0].templateRoots, join(appDir, 'assets'), isDevelopment),
  };
}

function refuseSuspended({ tenant, settings }: LoadedSettings): void {
  if (settings.suspended !== true) return;
  throw new SuspendedTenant(`${tenant}: is suspended.`, {
    tenant,
    hint: `Run \`tenantry tenant resume ${tenant}\`.`,
  });
}

/** A pin that is set while the process runs is for its next start; only then is it looked at. */
function refuseOtherRelease(
  { paths }: Pick<TenantHome, 'paths'>,
  releaseDir: string,
  { tenant, pin }: { readonly tenant: string; readonly pin: Pin | undefined },
): undefined {
  const own = releaseId(releaseDir);
  if (pin === undefined || pin.id === own) return;
  const pinned = join(paths.releases, pin.id);
  if (existsSync(pinned) && realpathSync(pinned) === realpathSync(releaseDir)) return;
  const where = pin.line === undefined ? pin.file : `${pin.file}:${pin.line}`;
  throw new WrongRelease(
    `${where}: release: ${tenant} is pinned to "${pin.id}", and this is release "${own}".`,
    {
      ...{ tenant, file: pin.file, line: pin.line },
      hint: `Start it by ${join(pinned, 'bin', 'start-tenant')}, or run \`tenantry release unpin ${tenant}\`.`,
    },
  );
}

function askedTenant(env: Env): string {
  const asked = env['TENANT'];
  if (asked !== undefined && asked !== '') return asked;
  throw new NoTenant('TENANT: expected the name of a tenant, found nothing.', {
    hint: 'Run `TENANT=acme bin/start-tenant`.',
  });
}

function secretsOf(known: Settings, reread: () => Settings): Pick<Tenant, 'scrub' | 'rereadDatabase'> {
  const scrubber = new Scrubber(known);
  return {
    scrub: scrubber.scrub,
    rereadDatabase: () => {
      const { database } = reread();
      // Before anybody has it: what fails from here on may quote it.
      scrubber.learn(database);
      return database;
    },
  };
}

/** The directory around the entry that has base settings: a checkout, or one of `releases/`. */
export function releaseDirOf(entryUrl: string): string {
  let dir = dirname(fileURLToPath(entryUrl));
  while (!existsSync(join(dir, 'config', 'default.yaml'))) {
    const parent = dirname(dir);
    if (parent === dir) {
      throw new SettingsError(`${fileURLToPath(entryUrl)}: no config/default.yaml above it.`, {
        hint: 'Start a tenant from a release or a checkout.',
      });
    }
    dir = parent;
  }
  return dir;
}

function releaseId(dir: string): string {
  return existsSync(join(dir, 'release.json')) ? basename(dir) : 'checkout';
}

function refuseOtherApplication(tenant: string, app: string, booted: string): void {
  if (app === booted) return;
  throw new WrongApplication(`${tenant}: app: expected "${booted}", found "${app}".`, {
    tenant,
    hint: `Start it by its own application, or set app: ${booted}.`,
  });
}

/** A running process has no use for the password of the role that owns the schema. */
function withoutOwner(settings: Settings): Settings {
  const { ownerPassword: _owner, ownerPasswordNext: _next, ...database } = settings.database;
  return Object.freeze({ ...settings, database: Object.freeze(database) });
}
