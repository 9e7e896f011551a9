import { RefusedError, UsageError, type TenantName } from '#libs/settings';
import { join } from 'node:path';
import type { Dependencies } from '../dependencies.js';
import { withLock } from '../lock.js';
import type { FleetOutcome, TenantOutcome } from '../outcome.js';
import { type RunRecord, readRun, unfinishedOf } from '../runs/run-record.js';
import { everyTenant } from '../targets.js';
import type { FleetDatabases } from './fleet-databases.js';
import type { DownOptions, UpOptions } from './migrate-options.js';
import { type MigrateRequest, migrateTenants, openDatabases, upActs } from './migrate-tenants.js';
import { type Performance, digestsOf, performMigrations } from './perform-migrations.js';
import { downActs, lastOf, ofRun, stillThere } from './revert-tenants.js';

export class StillRunning extends RefusedError {
  override readonly code = 'STILL_RUNNING';
}

export class ReleaseChanged extends RefusedError {
  override readonly code = 'RELEASE_CHANGED';
}

/**
 * Goes on with a run that was killed, interrupted or stopped: with its tenants that have no outcome yet, its options and
 * its release, under its own id, so that `undo` knows all that it did.
 * @throws UnknownRun (2), StillRunning (4), ReleaseChanged (4), LockedError (75).
 */
export async function resumeRun(
  dependencies: Dependencies,
  { run, onStep }: { run: string; onStep?: MigrateRequest['onStep'] },
): Promise<FleetOutcome> {
  const { paths } = dependencies.home;
  requireMigrations(readRun(paths, run));
  const lock = {
    file: join(paths.run, 'locks', `run-${run}.lock`),
    what: `run ${run}`,
    command: dependencies.command,
    now: dependencies.now(),
  };
  return withLock(lock, async () => {
    const record = readRun(paths, run);
    requireStopped(record);
    const rest = unfinishedOf(record) as TenantName[];
    const kept = [...record.outcomes.values()].filter(({ state }) => state !== 'not reached');
    return goOn(dependencies, { record, rest, kept, onStep });
  });
}

interface Rest {
  readonly record: RunRecord;
  readonly rest: readonly TenantName[];
  readonly kept: readonly TenantOutcome[];
  readonly onStep: MigrateRequest['onStep'];
}

async function goOn(dependencies: Dependencies, { record, rest, kept, onStep }: Rest): Promise<FleetOutcome> {
  const { start } = record;
  const options: UpOptions & DownOptions = start.request;
  const databases = await openFor(dependencies, record);
  await requireSameRelease(record, databases, rest);
  const acts: Performance['acts'] =
    start.verb === 'migrate'
      ? upActs(dependencies, options, { named: new Set(), databases, onStep })
      : downActs(dependencies, options, (tenant) => chooseAgain(record, options, tenant));
  return performMigrations(dependencies, {
    ...{ databases, verb: start.verb, tenants: rest, options, acts },
    resumed: { start, outcomes: kept },
  });
}

/** A new run over the tenants that failed in an earlier one, with its options and the release as it is now. */
export async function retryFailed(
  dependencies: Dependencies,
  { run, release }: { run: string; release?: string | undefined },
): Promise<FleetOutcome> {
  const record = readRun(dependencies.home.paths, run);
  requireMigrations(record);
  if (record.start.verb !== 'migrate') {
    throw new UsageError(`run ${run}: is a \`${record.start.verb}\`; only migrations are tried again.`, {
      hint: `Go on with \`tenantry migrate resume ${run}\`, or type the command anew.`,
    });
  }
  requireStopped(record);
  const failed = [...record.outcomes].flatMap(([name, { state }]) => (state === 'failed' ? [name] : []));
  if (failed.length === 0) {
    const next = unfinishedOf(record).length > 0 ? `\nTo go on, run: tenantry migrate resume ${run}` : '';
    return { data: { run: null, tenants: [] }, text: `Run ${run}: no tenant failed.${next}`, exitCode: 0 };
  }
  const options: UpOptions = record.start.request;
  const names = failed.toSorted();
  return migrateTenants(dependencies, {
    ...options,
    ...(release !== undefined && { release }),
    ...{ targets: { ...everyTenant, all: false, names }, plan: false, confirm: 'all' },
  });
}

/** A creation is gone on with by its own command. */
function requireMigrations({ start: { run, verb, command } }: RunRecord): void {
  if (verb !== 'tenant create') return;
  throw new UsageError(`run ${run}: created tenants, and migrated none that was there before.`, {
    hint: `Run \`${command}\` again: it makes those that are missing.`,
  });
}

/** Where it was already going back, to where it was going; it must not count its steps again. */
function chooseAgain({ begun }: RunRecord, { steps, undoes }: DownOptions, tenant: TenantName) {
  const names = begun.get(tenant);
  if (names !== undefined) return stillThere(names);
  return undoes === undefined ? lastOf(steps ?? 0) : ofRun(undoes);
}

function requireStopped({ start, state }: RunRecord): void {
  if (state !== 'running') return;
  const { pid, host } = start.runner;
  throw new StillRunning(`run ${start.run}: still runs, as process ${pid} on ${host}.`, {
    hint: `Wait for it, or stop it; \`tenantry runs show ${start.run}\` tells how far it is.`,
  });
}

/**
 * With the migrations that the run began with. Who has a release to himself was brought as far as that one, and still is,
 * unless the release was typed, which goes before a hold.
 */
function openFor(dependencies: Dependencies, record: RunRecord): Promise<FleetDatabases> {
  const { verb, request } = record.start;
  const { release }: UpOptions & DownOptions = request;
  if (verb !== 'migrate') return openDatabases(dependencies, release ?? releaseOf(dependencies, record));
  if (release !== undefined) return openDatabases(dependencies, release, ['pinned']);
  return openDatabases(dependencies, releaseOf(dependencies, record), ['pinned', 'held']);
}

/** A built release is there under its name, whatever is current by now. */
function releaseOf({ release }: Dependencies, { start }: RunRecord): string | undefined {
  return start.release === release.id ? undefined : start.release;
}

async function requireSameRelease(
  { start }: RunRecord,
  databases: FleetDatabases,
  rest: readonly TenantName[],
): Promise<void> {
  const now = await digestsOf(databases, rest);
  const changed = Object.keys(now).filter((key) => start.migrations[key] !== now[key]);
  if (changed.length === 0) return;
  throw new ReleaseChanged(
    `run ${start.run}: the migrations of ${changed.join(', ')} are not those that it began with.`,
    { hint: 'Begin a new run with `tenantry migrate`; what this one applied stays recorded.' },
  );
}
