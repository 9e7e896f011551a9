import type { Dependencies } from '../dependencies.js';
import { type Counts, countOutcomes } from '../migrations/run-outcome.js';
import type { TenantOutcome } from '../outcome.js';
import { type RunRecord, type RunState, readRun, readRuns, unfinishedOf } from './run-record.js';

export interface ListedRun {
  readonly id: string;
  readonly command: string;
  readonly state: RunState;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly release: string;
  readonly tenants: Counts;
}

export interface ShownRun extends Omit<ListedRun, 'tenants'> {
  readonly counts: Counts;
  readonly tenants: readonly TenantOutcome[];
  /** What to type next; empty when there is nothing to do. */
  readonly next: readonly string[];
}

/** Runs over tenants, the newest first. */
export function listRuns({ home }: Pick<Dependencies, 'home'>, count: number): ListedRun[] {
  return readRuns(home.paths, count).map(listed);
}

/** @throws UnknownRun (exit 2) */
export function showRun({ home }: Pick<Dependencies, 'home'>, run: string): ShownRun {
  const record = readRun(home.paths, run);
  const { tenants: counts, ...about } = listed(record);
  return { ...about, counts, tenants: outcomesOf(record), next: nextOf(record, counts) };
}

function listed(record: RunRecord): ListedRun {
  const { start, state, endedAt } = record;
  const { run: id, command, at: startedAt, release } = start;
  return { id, command, state, startedAt, endedAt, release, tenants: countOutcomes(outcomesOf(record)) };
}

function outcomesOf({ start, outcomes }: RunRecord): TenantOutcome[] {
  return start.tenants.map(
    (name) => outcomes.get(name) ?? { name, state: 'not reached', applied: [], head: null, error: null },
  );
}

function nextOf(record: RunRecord, { failed }: Counts): string[] {
  const { start, state, begun } = record;
  if (state === 'running') return [];
  const isOpen = unfinishedOf(record).length > 0;
  if (start.verb === 'tenant create') return isOpen || failed > 0 ? [start.command] : [];
  return [
    ...(isOpen ? [`tenantry migrate resume ${start.run}`] : []),
    ...(failed > 0 && start.verb === 'migrate' ? [`tenantry migrate retry-failed ${start.run}`] : []),
    ...(begun.size > 0 && start.verb === 'migrate' ? [`tenantry migrate undo ${start.run}`] : []),
  ];
}
