import { type ExitCode, exitCodes } from '#libs/settings';
import { type FleetOutcome, type TenantOutcome, exitCodeOf } from '../outcome.js';

export interface Counts {
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  readonly notReached: number;
}

export interface RunEnd {
  readonly run: string;
  readonly release: string;
  readonly outcomes: readonly TenantOutcome[];
  readonly firstError: unknown;
  readonly isInterrupted: boolean;
  /** Whether what it applied can be undone by its id. */
  readonly canUndo: boolean;
}

export function countOutcomes(outcomes: Iterable<Pick<TenantOutcome, 'state'>>): Counts {
  const counts = { done: 0, failed: 0, skipped: 0, notReached: 0 };
  for (const { state } of outcomes) counts[state === 'not reached' ? 'notReached' : state] += 1;
  return counts;
}

/** What a run answers: for people, how many ended how, why, and what to type next. */
export function runOutcome(end: RunEnd): FleetOutcome {
  const { run, release } = end;
  const tenants = end.outcomes.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const counts = countOutcomes(tenants);
  const text = [summary(run, counts), ...reasons(tenants), ...nextCommands(end, counts)].join('\n');
  return { data: { run, release, counts, tenants }, text, exitCode: exitCodeFor(end, counts) };
}

function summary(run: string, { done, failed, skipped, notReached }: Counts): string {
  const more = [
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(notReached > 0 ? [`${notReached} not reached`] : []),
  ];
  return `Run ${run}: ${[`${done} done`, `${failed} failed`, ...more].join(', ')}.`;
}

/** Many tenants with one reason are one line. */
function reasons(outcomes: readonly TenantOutcome[]): string[] {
  const odd = outcomes.filter(({ state }) => state !== 'done');
  const groups = Map.groupBy(odd, ({ state, why }) => (typeof why === 'string' ? `${state}: ${why}` : state));
  return [...groups].map(([what, members]) => {
    const names = members.map(({ name }) => name);
    const shown = names.length > 10 ? [...names.slice(0, 10), `and ${names.length - 10} more`] : names;
    return `  ${shown.join(', ')}: ${what}`;
  });
}

function nextCommands({ run, outcomes, canUndo }: RunEnd, counts: Counts): string[] {
  const hasApplied = outcomes.some(({ applied }) => Array.isArray(applied) && applied.length > 0);
  return [
    ...(counts.notReached > 0 ? [`To go on, run: tenantry migrate resume ${run}`] : []),
    ...(counts.failed > 0 ? [`To try the failed ones again, run: tenantry migrate retry-failed ${run}`] : []),
    ...(canUndo && hasApplied ? [`To undo, run: tenantry migrate undo ${run}`] : []),
  ];
}

function exitCodeFor({ outcomes, firstError, isInterrupted }: RunEnd, counts: Counts): ExitCode {
  if (isInterrupted && counts.notReached > 0) return exitCodes.interrupted;
  return exitCodeOf(outcomes, firstError);
}
