import { join } from 'node:path';
import { type LoadedSettings, requireTenant, SettingsError } from '#libs/settings';
import type { Address, Launch } from '#libs/processes';
import { tenantCommand } from '#libs/release';
import type { Dependencies } from '../dependencies.js';
import { reachServer } from '../home/postgres.js';
import { tryToAdmit } from '../poolers/pooler-logins.js';
import { releaseFor } from '../releases/release-of.js';
import type { ConnectionLimits } from '../tenants/connection-limit.js';
import { refuseStart } from '../lifecycle/refuse-start.js';
import { requireCreated } from '../tenants/created.js';
import type { Claims } from './claims.js';
import { tenantEnvironment } from './environment.js';
import type { ScratchTenants } from './scratch-tenant.js';
import { parseUnit, type Unit, unitsOf } from './units.js';

export interface Preparing {
  readonly claims: Claims;
  readonly limits: ConnectionLimits;
  /** Where spares are kept. */
  readonly scratch?: ScratchTenants | undefined;
}

/** Reads the tenant's settings as they are now and decides how its process is started; starts its Postgres if that is ours. */
export async function prepareLaunch(
  dependencies: Dependencies,
  unit: string,
  { claims, limits, scratch }: Preparing,
): Promise<Launch> {
  const { home } = dependencies;
  const loaded = await claims.load(requireTenant(home.paths, parseUnit(unit).tenant));
  requireCreated(loaded);
  refuseStart(home.paths, loaded);
  const { settings } = loaded;
  const release = releaseFor(dependencies, loaded);
  const own = requireUnit(loaded, unit).site;
  await prepareServer(dependencies, loaded, limits);
  return {
    ...{ tenant: unit, release: release.id, cwd: release.dir },
    ...tenantCommand(release, settings.app, { memoryBytes: settings.process.memory }),
    env: environmentOf(dependencies, loaded, unit),
    address: addressOf(dependencies, { unit, settings, http: own?.http ?? settings.http }),
    logFile: logFileOf(dependencies, unit),
    ...{ pidFile: join(home.paths.run, 'pids', `${unit}.json`), workers: settings.process.workers },
    ...(scratch && { scratch: () => scratch.environment({ release, app: settings.app }) }),
    startTimeoutMs: settings.process.startTimeout,
    drainTimeoutMs: settings.process.drainTimeout,
  };
}

/** Has it run, and have room for the process; and its pooler let the process through. */
async function prepareServer(
  dependencies: Dependencies,
  loaded: LoadedSettings,
  limits: ConnectionLimits,
): Promise<void> {
  const address = await reachServer(dependencies, loaded.settings.database.server);
  await tryToAdmit(dependencies, loaded);
  await limits.renew(loaded, address);
}

function environmentOf(
  dependencies: Dependencies,
  loaded: LoadedSettings,
  unit: string,
): Record<string, string> {
  const { site } = parseUnit(unit);
  return {
    ...tenantEnvironment(dependencies, loaded),
    ...(site === undefined ? {} : { TENANT_SITE: site }),
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

/** Where a unit listens. */
export function addressOf(
  { home }: Pick<Dependencies, 'home'>,
  { unit, settings, http }: Listening,
): Address {
  if (http.port !== undefined) return { host: settings.http.host, port: http.port };
  return { path: http.socket ?? join(home.paths.sockets, `${unit}.sock`) };
}

/** Of a tenant, or of a site that has its own process: `liberty.kids`. */
export function logFileOf({ home }: Pick<Dependencies, 'home'>, unit: string): string {
  return join(home.paths.run, 'log', `${unit}.log`);
}
