import { join } from 'node:path';
import { type LoadedSettings, openTenantHome, requireTenant, SettingsError } from '#libs/settings';
import type { Address, Launch } from '#libs/processes';
import { tenantCommand } from '#libs/release';
import { type Dependencies, nodeEnvOf } from '../dependencies.js';
import { loadUnclaimed } from '../fleet.js';
import { reachServer } from '../home/postgres.js';
import type { ConnectionLimits } from '../tenants/connection-limit.js';
import { requireCreated } from '../tenants/created.js';
import { parseUnit, type Unit, unitsOf } from './units.js';

/** Reads the tenant's settings as they are now and decides how its process is started; starts its Postgres if that is ours. */
export async function prepareLaunch(
  dependencies: Dependencies,
  unit: string,
  limits: ConnectionLimits,
): Promise<Launch> {
  const { tenant: name, site } = parseUnit(unit);
  const { home, release } = dependencies;
  const tenant = requireTenant(home.paths, name);
  const loaded = await loadUnclaimed(dependencies, tenant);
  requireCreated(loaded);
  const { settings } = loaded;
  const own = requireUnit(loaded, unit).site;
  await limits.renew(loaded, await reachServer(dependencies, settings.database.server));
  return {
    ...{ tenant: unit, release: release.id, cwd: release.dir },
    ...tenantCommand(release, settings.app, {
      memoryBytes: settings.process.memory,
    }),
    env: {
      ...processEnvironment(dependencies, loaded),
      ...(site === undefined ? {} : { TENANT_SITE: site }),
    },
    address: addressOf(dependencies, { unit, settings, http: own?.http ?? settings.http }),
    logFile: logFileOf(dependencies, unit),
    pidFile: join(home.paths.run, 'pids', `${unit}.json`),
    workers: settings.process.workers,
    startTimeoutMs: settings.process.startTimeout,
    drainTimeoutMs: settings.process.drainTimeout,
  };
}

export class NoSuchSite extends SettingsError {
  override readonly code = 'NO_SUCH_SITE';
}

function requireUnit(loaded: LoadedSettings, name: string): Unit {
  const unit = unitsOf(loaded).find((each) => each.name === name);
  if (unit !== undefined) return unit;
  const { tenant, site } = parseUnit(name);
  throw new NoSuchSite(`${tenant}: site ${site} has no process of its own.`, {
    tenant,
    hint: `Run \`tenantry restart --tenant ${tenant}\`.`,
  });
}

interface Listening {
  readonly unit: string;
  readonly settings: LoadedSettings['settings'];
  readonly http: { readonly port?: number | undefined; readonly socket?: string | undefined };
}

function addressOf({ home }: Dependencies, { unit, settings, http }: Listening): Address {
  if (http.port !== undefined) return { host: settings.http.host, port: http.port };
  return { path: http.socket ?? join(home.paths.sockets, `${unit}.sock`) };
}

/** Of a tenant, or of a site that has its own process: `liberty.kids`. */
export function logFileOf({ home }: Pick<Dependencies, 'home'>, unit: string): string {
  return join(home.paths.run, 'log', `${unit}.log`);
}

const inherited: ReadonlySet<string> = new Set([
  ...['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'],
  // A path only, below which an overlay's `$file` may lead.
  'CREDENTIALS_DIRECTORY',
]);

/**
 * The whole environment of a tenant's process: a few names of the system, the overrides by environment, and what its
 * own overlay and tenantry.yaml (passwords apart) read by `$env`. Nothing else, as the operator's environment may hold what is another tenant's.
 */
function processEnvironment(dependencies: Dependencies, loaded: LoadedSettings): Record<string, string> {
  const { env, home } = dependencies;
  const read = new Set([...loaded.variables, ...openTenantHome(home.paths.home, env).variables]);
  const isWanted = (name: string): boolean =>
    inherited.has(name) || name.startsWith('TENANTRY__') || read.has(name);
  const passed = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && isWanted(entry[0]),
  );
  return {
    ...Object.fromEntries(passed),
    TENANT: loaded.tenant,
    TENANTRY_HOME: home.paths.home,
    NODE_ENV: nodeEnvOf(env),
  };
}
