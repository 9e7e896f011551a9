import { FailedError, type TenantName } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { type TenantOutcome, errorText } from '../outcome.js';
import { type TaskList, withTasks } from '../report.js';
import { appendToTimeline } from '../timeline.js';
import { type Lane, type QueueResult, workThrough } from './fleet-queue.js';
import type { RunLedger } from './run-ledger.js';
import { runFile } from './run-record.js';

/** The record of a run cannot be written, so nothing more is begun that it would not tell of. */
export class StateUnwritable extends FailedError {
  override readonly code = 'STATE_UNWRITABLE';
}

export interface FleetRun {
  readonly run: string;
  readonly ledger: RunLedger;
  readonly waves: readonly (readonly Lane[])[];
  readonly maxFailures: number | undefined;
  /** What Ctrl-C waits for: `migrations at work are ended first`. */
  readonly stopping: string;
  readonly between: (wave: number, outcomes: readonly TenantOutcome[]) => Promise<void>;
  readonly act: (tenant: TenantName, notes: TenantNotes) => Promise<TenantOutcome>;
}

/** How an act writes down what it is about to do and what it did. */
export interface TenantNotes {
  /** On the disk before it resolves. @throws StateUnwritable */
  begun(migrations: readonly string[]): Promise<void>;
  /** Into the tenant's timeline. @throws StateUnwritable */
  tell(entry: { event: string; [detail: string]: unknown }): void;
  readonly progress: Progress;
}

/** What one tenant is at: lines, or nothing but the list of tasks where there is one. */
export interface Progress {
  at(what: string): void;
  step(text: string): void;
  done(text: string): void;
}

/** Works through the run and closes its record. */
export async function performRun(dependencies: Dependencies, fleetRun: FleetRun): Promise<QueueResult> {
  const { report, signal } = dependencies;
  const total = fleetRun.waves.flat().reduce((sum, { tenants }) => sum + tenants.length, 0);
  const onAbort = (): void => report.warn(`stopping: ${fleetRun.stopping}; Ctrl-C again ends at once`);
  signal.addEventListener('abort', onAbort);
  try {
    return await withTasks(report, total, (tasks) => work(dependencies, fleetRun, tasks));
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function work(
  dependencies: Dependencies,
  fleetRun: FleetRun,
  tasks: TaskList | undefined,
): Promise<QueueResult> {
  const { ledger, waves, maxFailures, between } = fleetRun;
  const at = (): string => dependencies.now().toISOString();
  const recorded = recording(dependencies, fleetRun.run);
  try {
    const result = await workThrough({
      ...{ waves, maxFailures, between, signal: dependencies.signal },
      act: (tenant) => actOn(dependencies, fleetRun, { tenant, tasks }),
      onEnd: (outcome) => {
        tasks?.end(outcome.name, outcome.state);
        const entry = { event: 'tenant ended', at: at(), tenant: outcome.name, outcome } as const;
        return recorded(() => ledger.append(entry, { isDurable: false }));
      },
    });
    if (result.stoppedBy instanceof StateUnwritable) return result;
    await recorded(() => ledger.append({ event: 'ended', at: at() }, { isDurable: true }));
    return result;
  } finally {
    ledger.close();
  }
}

async function actOn(
  dependencies: Dependencies,
  { run, ledger, act }: FleetRun,
  { tenant, tasks }: { tenant: TenantName; tasks: TaskList | undefined },
): Promise<TenantOutcome> {
  const { home, now, command } = dependencies;
  const recorded = recording(dependencies, run);
  tasks?.begin(tenant);
  const at = (): string => now().toISOString();
  return act(tenant, {
    progress: progressOf(dependencies, tenant, tasks),
    begun: (migrations) => {
      const entry = { event: 'tenant started', at: at(), tenant, migrations } as const;
      return recorded(() => ledger.append(entry, { isDurable: true }));
    },
    tell: (entry) => {
      const line = { at: at(), run, command, ...entry };
      // What must survive a power cut is in the run's record and in the database.
      const write = (): void => appendToTimeline(home.paths, tenant, line, { isDurable: false });
      mustBeWritable(home.paths, run, write);
    },
  });
}

function progressOf({ report }: Dependencies, tenant: TenantName, tasks: TaskList | undefined): Progress {
  if (tasks === undefined) {
    return { at: () => {}, step: (text) => report.step(text), done: (text) => report.done(text) };
  }
  return { at: (what) => tasks.at(tenant, what), step: () => {}, done: () => {} };
}

function recording({ home }: Dependencies, run: string): (write: () => Promise<void>) => Promise<void> {
  return async (write) => {
    try {
      await write();
    } catch (error) {
      throw unwritable(home.paths, run, error);
    }
  };
}

/** Opening the record, which comes before anything else, is refused in the same words. */
export function mustBeWritable<T>(paths: Dependencies['home']['paths'], run: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw unwritable(paths, run, error);
  }
}

/** What stopped a run that could not be written down. */
export function reportUnwritable({ report }: Pick<Dependencies, 'report'>, stoppedBy: unknown): void {
  if (stoppedBy instanceof StateUnwritable) report.failed(`${stoppedBy.message} ${stoppedBy.hint}`);
}

function unwritable(paths: Dependencies['home']['paths'], run: string, error: unknown): StateUnwritable {
  return new StateUnwritable(
    `${runFile(paths, run)}: cannot be written: ${errorText(error)}. Nothing more was begun.`,
    { cause: error, hint: 'Free some space or mend its owner and mode, then go on.' },
  );
}
