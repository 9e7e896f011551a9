import {
  exitCodes,
  isInOverlay,
  type LoadedSettings,
  requireTenant,
  setInOverlay,
  type TenantName,
  unsetInOverlay,
} from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { judgeOverlay, loadUnclaimed } from '../fleet.js';
import { withLock } from '../lock.js';
import type { FleetOutcome } from '../outcome.js';
import { readOverlay, replaceOverlay } from '../settings/overlay-file.js';
import { requireCreated } from '../tenants/created.js';
import { isSuspended } from '../tenants/suspended.js';
import { tenantLock } from '../tenants/tenant-lock.js';
import { appendToTimeline, newRunId, readTimeline } from '../timeline.js';
import { planned } from './delete-tenant.js';
import { refuseUnfinished } from './journal.js';
import { beginTenant, endTenant, isInService, tellHosts } from './tenant-life.js';

export interface SuspendRequest {
  readonly tenant: string;
  /** For the timeline: `unpaid since March`. */
  readonly reason?: string | undefined;
  readonly plan: boolean;
}

/**
 * Takes a tenant out of service: its overlay says so, no process runs, visitors get a page; database and files stay. Done
 * again, it makes sure of the rest: one that was cut off is finished so.
 */
export async function suspendTenant(
  dependencies: Dependencies,
  { tenant: text, reason, plan }: SuspendRequest,
): Promise<FleetOutcome> {
  const loaded = await requireWhole(dependencies, text);
  const { tenant } = loaded;
  const steps = ['set suspended: true in its overlay', `stop ${tenant}`, 'answer its visitors with a page'];
  if (plan) return planned(steps.map((does) => ({ does })));
  return withLock(tenantLock(dependencies, tenant), async () => {
    const wasInService = await isInService(dependencies, tenant);
    const run = await writeSuspended(dependencies, loaded, { reason, wasInService });
    await endTenant(dependencies, tenant);
    const problem = await tellHosts(dependencies);
    return outcomeOf(dependencies, { tenant, run, problem, isNow: 'suspended', undo: 'resume' });
  });
}

/** Brings it back into service; it is started if it ran when it was suspended. */
export async function resumeTenant(
  dependencies: Dependencies,
  { tenant: text, plan }: Pick<SuspendRequest, 'tenant' | 'plan'>,
): Promise<FleetOutcome> {
  const loaded = await requireWhole(dependencies, text);
  const { tenant } = loaded;
  const { paths } = dependencies.home;
  const isToStart = (): boolean =>
    readTimeline(paths, tenant, 1000).findLast(({ event }) => event === 'suspended')?.['wasInService'] ===
    true;
  const then = isToStart() ? [`start ${tenant}`] : [];
  if (plan) return planned(['take suspended out of its overlay', ...then].map((does) => ({ does })));
  return withLock(tenantLock(dependencies, tenant), async () => {
    const isStart = isToStart();
    const run = await writeSuspended(dependencies, loaded, undefined);
    const problem = await tellHosts(dependencies);
    if (run !== null && isStart) await beginTenant(dependencies, tenant);
    return outcomeOf(dependencies, { tenant, run, problem, isNow: 'in service again', undo: 'suspend' });
  });
}

async function requireWhole(dependencies: Dependencies, text: string): Promise<LoadedSettings> {
  const tenant = requireTenant(dependencies.home.paths, text);
  refuseUnfinished(dependencies.home.paths, tenant);
  const loaded = await loadUnclaimed(dependencies, tenant);
  requireCreated(loaded);
  return loaded;
}

/** Answers the run, or null where the overlay said so already. */
async function writeSuspended(
  dependencies: Dependencies,
  loaded: LoadedSettings,
  suspended: { readonly reason: string | undefined; readonly wasInService: boolean } | undefined,
): Promise<string | null> {
  const { home, command, now } = dependencies;
  const { tenant } = loaded;
  const before = readOverlay(home.paths, tenant);
  const change = { overlay: before, suspended: suspended !== undefined };
  const after = await withSuspended(dependencies, loaded, change);
  if (after === before) return null;
  const run = newRunId(now());
  replaceOverlay(dependencies, tenant, { run, before, after });
  const event = suspended === undefined ? 'resumed' : 'suspended';
  appendToTimeline(home.paths, tenant, { at: now().toISOString(), run, event, command, ...suspended });
  return run;
}

/** A profile may say it, too: then only `suspended: false` brings the tenant back. */
async function withSuspended(
  dependencies: Dependencies,
  { tenant, application }: LoadedSettings,
  { overlay, suspended }: { overlay: string; suspended: boolean },
): Promise<string> {
  const set = (value: string): string => setInOverlay(overlay, { application, key: 'suspended', value });
  if (suspended) return set('true');
  const without = isInOverlay(overlay, 'suspended') ? unsetInOverlay(overlay, 'suspended') : overlay;
  return isSuspended(await judgeOverlay(dependencies, tenant, without)) ? set('false') : without;
}

interface Ended {
  readonly tenant: TenantName;
  readonly run: string | null;
  readonly problem: string | undefined;
  readonly isNow: string;
  readonly undo: 'suspend' | 'resume';
}

function outcomeOf({ report }: Dependencies, { tenant, run, problem, isNow, undo }: Ended): FleetOutcome {
  if (problem !== undefined) {
    const hint = 'When that is mended, run: tenantry hosting apply';
    report.failed(`${tenant}: the host was not told: ${problem} ${hint}`);
  }
  const text =
    run === null
      ? `${tenant}: is ${isNow} already.`
      : `${tenant} is ${isNow}. Run ${run}.\nTo undo, run: tenantry tenant ${undo} ${tenant}`;
  return {
    data: { run, tenant, suspended: undo === 'resume', problem: problem ?? null },
    text,
    exitCode: problem === undefined ? exitCodes.done : exitCodes.failed,
  };
}
