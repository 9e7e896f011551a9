import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import {
  type Application,
  type Env,
  findHome,
  type Home,
  loadTenantSettings,
  openHome,
  requireTenant,
  type Settings,
  SettingsError,
  UsageError,
} from '#libs/settings';

import { AppPaths } from './app-paths.js';

/** What a process knows about its tenant before it has touched database or media. */
export interface Tenant {
  readonly name: string;
  readonly home: Home;
  readonly release: { readonly id: string; readonly dir: string };
  readonly settings: Settings;
  readonly paths: AppPaths;
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

export class WrongApplication extends SettingsError {
  override readonly code = 'WRONG_APPLICATION';
}

/** The settings of the tenant that `TENANT` names; there is no default tenant. */
export function loadTenant({ application, releaseDir, env, cwd }: LoadTenantInput): Tenant {
  if (env['TENANT'] === undefined || env['TENANT'] === '') {
    throw new NoTenant('TENANT: expected the name of a tenant, found nothing.', {
      hint: 'Run `TENANT=acme bin/start-tenant`.',
    });
  }
  const home = openHome(findHome({ env, cwd }), env);
  const tenant = requireTenant(home.paths, env['TENANT']);
  const nodeEnv = env['NODE_ENV'] ?? 'production';
  const { settings } = loadTenantSettings({ home, releaseDir, application, env, nodeEnv, tenant });
  refuseOtherApplication(tenant, settings.app, application.name);
  return {
    name: tenant,
    home,
    release: { id: releaseId(releaseDir), dir: releaseDir },
    settings: withoutOwner(settings),
    paths: pathsOf({ tenant, home, releaseDir, settings }),
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
  return basename(dirname(dir)) === 'releases' ? basename(dir) : 'checkout';
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
  const { ownerPassword: _kept, ...database } = settings.database;
  return Object.freeze({ ...settings, database: Object.freeze(database) });
}

interface PathsInput {
  readonly tenant: string;
  readonly home: Home;
  readonly releaseDir: string;
  readonly settings: Settings;
}

function pathsOf({ tenant, home, releaseDir, settings }: PathsInput): AppPaths {
  const appDir = join(releaseDir, 'apps', settings.app);
  const overrides = resolve(home.paths.tenants, tenant, settings.templates.folder);
  // Few tenants override templates; the application is told of a folder only where there is one.
  const roots = [overrides, join(appDir, 'templates')].filter((folder) => existsSync(folder));
  return new AppPaths(releaseDir, roots, join(appDir, 'assets'));
}
