import { type ProcessStatus, rssBytes, type TenantState, type WorkerStatus as Worker } from '#libs/processes';
import type { Dependencies } from '../dependencies.js';
import { type ListedState, type ListedTenant, listTenants } from '../tenants/list-tenants.js';
import { managedTenants } from './managed-tenants.js';
import { statusOf } from './running-tenants.js';
import { findSupervisor } from './supervisor-client.js';
import { type TargetSelection, selectTenantsToShow } from '../targets.js';
import type { OwnRelease } from '../releases/release-of.js';
import { staleBundle } from './stale-bundle.js';
import { outdatedSupervisor } from './supervisor-code.js';
import { unitName } from './units.js';

/** One process. */
export interface UnitStatus {
  readonly name: string;
  readonly state: ListedState;
  readonly pid: number | null;
  readonly release: string | null;
  readonly socket: string | null;
  readonly rssBytes: number | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string | null;
  readonly restarts: number;
  readonly error: string | null;
  /** Each of its processes, where it has several; else empty. */
  readonly workers: readonly WorkerStatus[];
}

export interface WorkerStatus {
  /** From 1. */
  readonly worker: number;
  readonly state: TenantState;
  readonly pid: number | null;
  readonly socket: string | null;
  readonly rssBytes: number | null;
  readonly startedAt: string | null;
  readonly restarts: number;
  readonly error: string | null;
}

export interface TenantStatus extends UnitStatus {
  /** By a pin or a hold; null for one that follows `current`. */
  readonly ownRelease: OwnRelease | null;
  /** Sites with a process of their own, by the site's name. */
  readonly sites: readonly UnitStatus[];
}

export interface FleetStatus {
  readonly tenants: readonly TenantStatus[];
  readonly release: { readonly id: string; readonly kind: 'checkout' | 'built'; readonly dir: string };
  readonly supervisor: {
    readonly pid: number;
    readonly startedAt: string;
    /** Processes that wait for a tenant. */
    readonly spares: number;
  } | null;
  readonly gateway: { readonly host: string; readonly port: number } | null;
  readonly summary: string;
}

/** What runs. Never fails because of one tenant; a broken one is shown as broken. */
export async function fleetStatus(
  dependencies: Dependencies,
  targets: TargetSelection,
): Promise<FleetStatus> {
  const names = new Set<string>(await selectTenantsToShow(dependencies, targets));
  const managed = await managedTenants(dependencies);
  const supervisor = managed ? undefined : await findSupervisor(dependencies);
  const running = supervisor?.found;
  const listed = (await listTenants(dependencies)).filter(({ name }) => names.has(name));
  const known =
    (managed && (await statusOf(dependencies, managed))) ??
    new Map(running?.tenants.map((status) => [status.tenant, status]));
  const tenants = listed.map((tenant) => tenantStatus(tenant, known));
  const { id, kind, dir } = dependencies.release;
  const gateway = running?.gateway ?? null;
  const supervisorStatus = running
    ? { pid: running.pid, startedAt: running.startedAt, spares: running.spares }
    : null;
  return {
    ...{ tenants, release: { id, kind, dir }, supervisor: supervisorStatus, gateway },
    summary: summarise(dependencies, { gateway, isServed: running !== undefined }),
  };
}

function tenantStatus(tenant: ListedTenant, known: ReadonlyMap<string, ProcessStatus>): TenantStatus {
  const status = describeProcess(known.get(tenant.name));
  const own = tenant.sites.filter(({ process }) => process === 'own');
  return {
    ...status,
    ...{ name: tenant.name, state: tenant.state, release: tenant.release, ownRelease: tenant.ownRelease },
    error: tenant.error ?? status.error,
    sites: own.map(({ name }) => {
      const found = known.get(unitName(tenant.name, name));
      return { ...describeProcess(found), name, state: found?.state ?? 'stopped' };
    }),
  };
}

function describeWorker(status: Worker): WorkerStatus {
  const { worker, state, pid, socket, startedAt, restarts, lastError: error } = status;
  return { worker, state, pid, socket, rssBytes: rssOf(pid), startedAt, restarts, error };
}

function rssOf(pid: number | null): number | null {
  return pid === null ? null : (rssBytes(pid) ?? null);
}

function describeProcess(status: ProcessStatus | undefined): Omit<UnitStatus, 'name' | 'state'> {
  const pid = status?.pid ?? null;
  return {
    ...{ pid, release: status?.release ?? null, socket: status?.socket ?? null },
    rssBytes: rssOf(pid),
    startedAt: status?.startedAt ?? null,
    restarts: status?.restarts ?? 0,
    error: status?.lastError ?? null,
    workers: (status?.workers ?? []).map(describeWorker),
  };
}

function summarise(
  dependencies: Dependencies,
  { gateway, isServed }: { gateway: FleetStatus['gateway']; isServed: boolean },
): string {
  const { release, home } = dependencies;
  const code =
    release.kind === 'checkout'
      ? `Release: none deployed yet; tenants run the checkout at ${release.dir}.`
      : `Release: ${release.id}.`;
  const { processes, edge } = home.host;
  const what = [code, staleBundle(dependencies) ?? []].flat().join('\n');
  if (processes !== 'embedded') return `${what}\nProcesses: ${processes}. Edge: ${edge}.`;
  const where = `Gateway: ${gateway ? `http://${gateway.host}:${gateway.port}/` : 'does not run'}.`;
  const hint = isServed ? outdatedSupervisor(dependencies) : undefined;
  return [what, where, ...(hint === undefined ? [] : [hint])].join('\n');
}
