import { type Fleet, type TenantName, exitCodes } from '#libs/settings';
import { connectAs, migrateDatabase, migrationStatus as readStatus, proveDatabase } from '#libs/database';
import { type Dependencies, applicationOf } from './dependencies.js';
import { loadFleet, loadUnclaimed } from './fleet.js';
import {
  type FleetOutcome,
  type TenantOutcome,
  errorText,
  failureOf,
  exitCodeOf,
  forEachOf,
} from './outcome.js';
import { type TargetSelection, selectTenants } from './targets.js';
import { identityOf, tenantDatabase } from './tenant-database.js';
import { appendToRuns, appendToTimeline, newRunId } from './timeline.js';

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
  const outcomes: TenantOutcome[] = [];
  const errors: unknown[] = [];
  await forEachOf(tenants, request.parallel ?? defaultParallel, async (tenant) => {
    if (dependencies.signal.aborted) {
      outcomes.push({ name: tenant, state: 'not reached', applied: [], head: null, error: null });
      return;
    }
    try {
      outcomes.push(
        await (run ? migrateOne : planOne)(dependencies, { tenant, fleet, request, run: run ?? '' }),
      );
    } catch (error) {
      errors.push(error);
      dependencies.report.failed(failureOf(tenant, error));
      outcomes.push({ name: tenant, state: 'failed', applied: [], head: null, error: errorText(error) });
    }
  });
  const sorted = outcomes.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (run)
    logRun(dependencies, run, {
      event: 'ended',
      outcomes: sorted.map(({ name, state }) => ({ name, state })),
    });
  return toOutcome(dependencies, { run, outcomes: sorted, firstError: errors[0] });
}

interface One {
  readonly tenant: TenantName;
  readonly fleet: Fleet;
  readonly request: MigrateRequest;
  readonly run: string;
}

async function migrateOne(
  dependencies: Dependencies,
  { tenant, fleet, request, run }: One,
): Promise<TenantOutcome> {
  const loaded = await loadUnclaimed(dependencies, tenant, fleet);
  const db = await tenantDatabase(dependencies, loaded);
  const log = (event: string, details: Record<string, unknown>): void => {
    const { home, now, command } = dependencies;
    appendToTimeline(home.paths, tenant, { at: now().toISOString(), run, event, command, ...details });
  };
  const identity = await identityOf(loaded);
  log('migration started', {});
  try {
    const { applied, head } = await migrateDatabase({
      ...{ db, identity, runId: run, signal: dependencies.signal },
      migrations: (await applicationOf(dependencies, loaded)).migrations,
      lockWaitMs: (request.lockWaitSeconds ?? defaultLockWaitSeconds) * 1000,
      report: ({ migration, state, elapsedMs }) => {
        if (state === 'applied')
          dependencies.report.step(`${tenant}: ${migration} in ${elapsedMs.toFixed(0)} ms`);
      },
    });
    log('migrated', { applied, head });
    dependencies.report.done(
      `${tenant}: ${applied.length ? `${applied.length} applied, ` : 'nothing to do, '}head ${head ?? 'none'}`,
    );
    return { name: tenant, state: 'done', applied, head, error: null };
  } catch (error) {
    log('migration failed', { error: errorText(error) });
    throw error;
  }
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
