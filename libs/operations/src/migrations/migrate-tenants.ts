import { type Fleet, type TenantName, exitCodes } from '#libs/settings';
import {
  type MigrationEvent,
  connectAs,
  migrateDatabase,
  migrationStatus as readStatus,
  proveDatabase,
} from '#libs/database';
import { type Dependencies, applicationOf } from '../dependencies.js';
import { loadFleet, loadUnclaimed } from '../fleet.js';
import {
  type FleetOutcome,
  type TenantOutcome,
  errorText,
  failureOf,
  exitCodeOf,
  forEachOf,
} from '../outcome.js';
import { type TargetSelection, selectTenants } from '../targets.js';
import { refreshSettingsSchemas } from '../settings/settings-schema.js';
import { connectionLimit, renewConnectionLimit } from '../tenants/connection-limit.js';
import { identityOf, tenantDatabase } from '../tenants/tenant-database.js';
import { appendToRuns, appendToTimeline, newRunId } from '../timeline.js';

export interface MigrateRequest {
  readonly targets: TargetSelection;
  readonly plan: boolean;
  readonly parallel?: number | undefined;
  readonly lockWaitSeconds?: number | undefined;
}

const defaultParallel = 4;
const defaultLockWaitSeconds = 10;

/**
 * Brings the tenants' schemas to the head of the release. A tenant is done when its head was read back from its
 * database; one that fails stops no other. With `plan` nothing is written, and the pending migrations are listed.
 */
export async function migrateTenants(
  dependencies: Dependencies,
  request: MigrateRequest,
): Promise<FleetOutcome> {
  const tenants = await selectTenants(dependencies, request.targets);
  const fleet = await loadFleet(dependencies);
  const run = request.plan ? null : newRunId(dependencies.now());
  if (run) logRun(dependencies, run, { event: 'started', tenants });
  const errors: unknown[] = [];
  const outcomes: TenantOutcome[] = [];
  await forEachOf(tenants, request.parallel ?? defaultParallel, async (tenant) => {
    const one = { tenant, fleet, request, run: run ?? '' };
    outcomes.push(await reach(dependencies, one, (error) => errors.push(error)));
  });
  if (run) await refreshSettingsSchemas(dependencies);
  outcomes.sort((a, b) => (a.name < b.name ? -1 : 1));
  if (run)
    logRun(dependencies, run, {
      event: 'ended',
      outcomes: outcomes.map(({ name, state }) => ({ name, state })),
    });
  return toOutcome(dependencies, { run, outcomes, firstError: errors[0] });
}

/** One tenant's outcome; its failure is an outcome too, and stops no other. */
async function reach(
  dependencies: Dependencies,
  one: One,
  onError: (error: unknown) => void,
): Promise<TenantOutcome> {
  const name = one.tenant;
  if (dependencies.signal.aborted)
    return { name, state: 'not reached', applied: [], head: null, error: null };
  try {
    return await (one.request.plan ? planOne : migrateOne)(dependencies, one);
  } catch (error) {
    onError(error);
    dependencies.report.failed(failureOf(name, error));
    return { name, state: 'failed', applied: [], head: null, error: errorText(error) };
  }
}

interface One {
  readonly tenant: TenantName;
  readonly fleet: Fleet;
  readonly request: MigrateRequest;
  readonly run: string;
}

async function migrateOne(dependencies: Dependencies, one: One): Promise<TenantOutcome> {
  const { tenant, fleet, run } = one;
  const loaded = await loadUnclaimed(dependencies, tenant, fleet);
  const db = await tenantDatabase(dependencies, loaded);
  const identity = await identityOf(loaded);
  const { migrations } = await applicationOf(dependencies, loaded);
  logTenant(dependencies, one, { event: 'migration started' });
  try {
    const { applied, head, isConnectionLimitTooLow } = await migrateDatabase({
      ...{ db, identity, migrations, runId: run, signal: dependencies.signal },
      lockWaitMs: (one.request.lockWaitSeconds ?? defaultLockWaitSeconds) * 1000,
      report: (event) => reportMigration(dependencies, tenant, event),
      runtimeConnections: connectionLimit(loaded),
    });
    if (isConnectionLimitTooLow) await renewConnectionLimit(dependencies, { loaded, db, identity });
    logTenant(dependencies, one, { event: 'migrated', applied, head });
    const what = applied.length > 0 ? `${applied.length} applied` : 'nothing to do';
    dependencies.report.done(`${tenant}: ${what}, head ${head ?? 'none'}`);
    return { name: tenant, state: 'done', applied, head, error: null };
  } catch (error) {
    logTenant(dependencies, one, { event: 'migration failed', error: errorText(error) });
    throw error;
  }
}

function reportMigration({ report }: Dependencies, tenant: TenantName, event: MigrationEvent): void {
  if (event.state !== 'applied') return;
  report.step(`${tenant}: ${event.migration} in ${event.elapsedMs.toFixed(0)} ms`);
}

function logTenant(
  { home, now, command }: Dependencies,
  { tenant, run }: One,
  entry: { event: string; [detail: string]: unknown },
): void {
  appendToTimeline(home.paths, tenant, { at: now().toISOString(), run, command, ...entry });
}

async function planOne(dependencies: Dependencies, { tenant, fleet }: One): Promise<TenantOutcome> {
  const { head, pending, unknown } = await readTenantStatus(dependencies, tenant, fleet);
  return { name: tenant, state: 'done', pending, unknown, head, error: null };
}

/** One tenant's schema against the release, proven to be this tenant's; reads only. */
export async function readTenantStatus(
  dependencies: Dependencies,
  tenant: TenantName,
  fleet: Fleet,
): Promise<{ head: string | null; pending: string[]; unknown: string[] }> {
  const loaded = await loadUnclaimed(dependencies, tenant, fleet);
  const db = await tenantDatabase(dependencies, loaded);
  const identity = await identityOf(loaded);
  const connection = await connectAs(db, 'runtime');
  try {
    await proveDatabase(connection, identity);
    const { migrations } = await applicationOf(dependencies, loaded);
    return await readStatus({ connection, migrations });
  } finally {
    await connection.end();
  }
}

function toOutcome(
  { release }: Dependencies,
  result: { run: string | null; outcomes: readonly TenantOutcome[]; firstError: unknown },
): FleetOutcome {
  const { run, outcomes, firstError } = result;
  const count = (state: TenantOutcome['state']): number =>
    outcomes.filter((each) => each.state === state).length;
  const [done, failed, missed] = [count('done'), count('failed'), count('not reached')];
  const text = run
    ? `Run ${run}: ${done} done, ${failed} failed${missed ? `, ${missed} not reached` : ''}.`
    : planText(outcomes);
  const exitCode = missed > 0 ? exitCodes.interrupted : exitCodeOf(outcomes, firstError);
  return { data: { run, release: release.id, tenants: outcomes }, text, exitCode };
}

function planText(outcomes: readonly TenantOutcome[]): string {
  const lines = outcomes.map(({ name, state, pending, error }) => {
    if (state === 'failed') return `${name}: ${error ?? 'failed'}`;
    const names = pending as readonly string[];
    return names.length > 0 ? `${name}: would apply ${names.join(', ')}` : `${name}: nothing to do`;
  });
  return lines.length > 0 ? lines.join('\n') : 'No tenants.';
}

function logRun(
  dependencies: Dependencies,
  run: string,
  entry: { event: string; [detail: string]: unknown },
): void {
  const { home, now, command, release } = dependencies;
  appendToRuns(home.paths, { at: now().toISOString(), run, command, release: release.id, ...entry });
}
