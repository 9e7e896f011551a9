import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { HostingPlan, NetworkPlan, OsUser, UnitPlan } from '#libs/hosting';
import type { LoadedSettings } from '#libs/settings';
import { type Dependencies, nodeEnvOf } from '../dependencies.js';
import { logFileOf } from '../processes/launch.js';
import { ownReleaseOf, releaseFor } from '../releases/release-of.js';
import { type Unit, unitsOf } from '../processes/units.js';
import { isSuspended } from '../tenants/suspended.js';
import type { OsAccounts } from './os-accounts.js';

/** What the units of one tenant have in common with those of the others. */
export interface UnitSurroundings {
  readonly dependencies: Dependencies;
  readonly accounts: OsAccounts;
  readonly plan: Pick<HostingPlan, 'operator' | 'hasOwnUsers'>;
  readonly edgeGroup: string;
}

export function planUnits(around: UnitSurroundings, loaded: LoadedSettings): UnitPlan[] {
  return unitsOf(loaded).map((unit) => planUnit(around, loaded, unit));
}

function planUnit(around: UnitSurroundings, loaded: LoadedSettings, unit: Unit): UnitPlan {
  const { dependencies, edgeGroup } = around;
  const { tenant, settings } = loaded;
  const { paths } = dependencies.home;
  const tenantDir = join(paths.tenants, tenant);
  const secretsFile = join(tenantDir, 'secrets.yaml');
  const { memory, idleStop, startTimeout, drainTimeout, ...limits } = settings.process;
  const listen = listenOf(dependencies, loaded, unit);
  return {
    ...{ name: unit.name, tenant, site: unit.site?.name, app: settings.app, edgeGroup, tenantDir, listen },
    release: releaseOf(dependencies, loaded),
    environment: environmentOf(dependencies, loaded, unit),
    user: userOf(around, loaded),
    ...{ workers: limits.workers, cpuWeight: limits.cpuWeight, tasksMax: limits.tasksMax },
    ...{ memoryBytes: memory, startTimeoutMs: startTimeout, drainTimeoutMs: drainTimeout },
    idleStopMs: idleStop === 0 ? undefined : idleStop,
    logFile: logFileOf(dependencies, unit.name),
    network: networkOf(dependencies, loaded, 'port' in listen),
    mediaRoot: settings.media.root,
    settingsFile: join(tenantDir, 'settings.yaml'),
    secretsFile: existsSync(secretsFile) ? secretsFile : undefined,
    isSuspended: isSuspended(loaded),
  };
}

function listenOf(
  { home }: Dependencies,
  { settings }: LoadedSettings,
  { name, site }: Unit,
): UnitPlan['listen'] {
  const { port, socket } = site?.http ?? settings.http;
  if (port !== undefined) return { host: settings.http.host, port };
  return { socket: socket ?? join(home.paths.sockets, `${name}.sock`) };
}

/** `current` by its link, which a deploy turns; the release itself where the tenant is pinned or held back. */
function releaseOf(dependencies: Dependencies, loaded: LoadedSettings): UnitPlan['release'] {
  const { paths } = dependencies.home;
  const { id, dir, kind } = releaseFor(dependencies, loaded);
  const isHeld = ownReleaseOf(dependencies, loaded) !== undefined;
  if (isHeld) return { id, path: join(paths.releases, id), isHeld };
  return { id, path: kind === 'checkout' ? dir : paths.current, isHeld };
}

function environmentOf(
  { home, env }: Dependencies,
  { tenant, settings }: LoadedSettings,
  { site }: Unit,
): Record<string, string> {
  return {
    NODE_ENV: nodeEnvOf(env),
    TENANT: tenant,
    TENANTRY_APP: settings.app,
    TENANTRY_HOME: home.paths.home,
    TENANTRY_MEMORY: String(Math.floor(settings.process.memory / (1024 * 1024))),
    ...(site === undefined ? {} : { TENANT_SITE: site.name }),
  };
}

const longestUser = 31;

function userOf(
  { plan, dependencies, accounts }: UnitSurroundings,
  { tenant, settings }: LoadedSettings,
): OsUser {
  if (!plan.hasOwnUsers) return plan.operator;
  const user = settings.process.user ?? ownUser(dependencies.home.host.hosting.userPrefix, tenant);
  return { user, group: accounts.groupOf(user) ?? user };
}

/** A name can be longer than the system takes: then its end is told apart by a hash. */
export function ownUser(prefix: string, tenant: string): string {
  const name = `${prefix}${tenant}`;
  if (name.length <= longestUser) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, longestUser - 9).replace(/-$/, '')}-${hash}`;
}

const loopback = /^(localhost|127(\.\d+){3}|::1)$/;

function networkOf({ home }: Dependencies, { settings }: LoadedSettings, hasPort: boolean): NetworkPlan {
  const server = home.host.postgres.servers[settings.database.server];
  const extra = home.host.hosting.systemd.addresses;
  const host = server?.pooler?.host ?? (server?.embedded === true ? '/' : (server?.host ?? 'localhost'));
  if (host.startsWith('/') && extra.length === 0 && !hasPort) return { kind: 'unix' };
  if (host.startsWith('/') || loopback.test(host)) return { kind: 'addresses', addresses: [...extra] };
  if (/^[\d.]+$|:/.test(host)) return { kind: 'addresses', addresses: [host, ...extra] };
  return { kind: 'any' };
}
