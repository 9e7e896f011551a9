import { join } from 'node:path';
import { type LoadedSettings, requireTenant } from '#libs/settings';
import type { Address, Launch } from '#libs/processes';
import { tenantCommand } from '#libs/release';
import { type Dependencies, nodeEnvOf } from './dependencies.js';
import { loadUnclaimed } from './fleet.js';
import { reachServer } from './postgres.js';
import { requireCreated } from './created.js';

/** Reads the tenant's settings as they are now and decides how its process is started; starts its Postgres if that is ours. */
export async function prepareLaunch(dependencies: Dependencies, name: string): Promise<Launch> {
  const { home, release } = dependencies;
  const tenant = requireTenant(home.paths, name);
  const loaded = await loadUnclaimed(dependencies, tenant);
  requireCreated(loaded);
  const { settings } = loaded;
  await reachServer(dependencies, settings.database.server);
  return {
    ...{ tenant, release: release.id, cwd: release.dir },
    ...tenantCommand(release, settings.app, {
      memoryBytes: settings.process.memory,
    }),
    env: processEnvironment(dependencies, loaded),
    address: addressOf(dependencies, loaded),
    logFile: logFileOf(dependencies, tenant),
    pidFile: join(home.paths.run, 'pids', `${tenant}.json`),
    startTimeoutMs: settings.process.startTimeout,
    drainTimeoutMs: settings.process.drainTimeout,
  };
}

function addressOf({ home }: Dependencies, { tenant, settings }: LoadedSettings): Address {
  const { host, port, socket } = settings.http;
  if (port !== undefined) return { host, port };
  return { path: socket ?? join(home.paths.sockets, `${tenant}.sock`) };
}

export function logFileOf({ home }: Pick<Dependencies, 'home'>, tenant: string): string {
  return join(home.paths.run, 'log', `${tenant}.log`);
}

const inherited: ReadonlySet<string> = new Set([
  ...['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'],
]);

/**
 * The whole environment of a tenant's process: a few names of the system, the overrides by environment, and what its
 * own overlay reads by `$env`. Nothing else, as the operator's environment may hold what is another tenant's.
 */
function processEnvironment(dependencies: Dependencies, loaded: LoadedSettings): Record<string, string> {
  const { env, home } = dependencies;
  const isWanted = (name: string): boolean =>
    inherited.has(name) || name.startsWith('TENANTRY__') || loaded.variables.includes(name);
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
