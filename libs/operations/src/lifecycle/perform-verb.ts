import { exitCodes, type TenantName } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { withLock } from '../lock.js';
import { errorText, type FleetOutcome } from '../outcome.js';
import { deployLock } from '../releases/deploy/deploy.js';
import { tenantLock } from '../tenants/tenant-lock.js';
import { appendToTimeline, newRunId } from '../timeline.js';
import {
  type LifecycleJournal,
  type LifecycleVerb,
  readJournal,
  refuseUnfinished,
  type VerbFacts,
} from './journal.js';
import { type OnStep, performSteps, undoSteps, type Work } from './steps.js';
import { verbOf } from './verbs.js';

/** A deploy turns all tenants one by one: none may go, come or change its name meanwhile. */
const deployWaitMs = 15_000;

/** Works under the locks of the tenants, and of deploys. Throws LockedError (75). */
export function underLocks<T>(
  dependencies: Dependencies,
  tenants: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const { env } = dependencies;
  // In one order: two commands never wait for each other.
  const locked = tenants
    .toSorted()
    .reduceRight<() => Promise<T>>(
      (inner, tenant) => () => withLock(tenantLock(dependencies, tenant), inner),
      work,
    );
  return withLock({ ...deployLock(dependencies), waitMs: deployWaitMs, env }, locked);
}

/** Whose locks a verb needs. */
export function tenantsOf(journal: LifecycleJournal): readonly TenantName[] {
  return journal.verb === 'rename' ? [journal.facts.from, journal.facts.to] : [journal.tenant];
}

export interface Begun<Verb extends LifecycleVerb> {
  readonly verb: Verb;
  readonly tenant: TenantName;
  readonly facts: VerbFacts[Verb];
  readonly run?: string;
}

export function newJournal<Verb extends LifecycleVerb>(
  { command, now }: Pick<Dependencies, 'command' | 'now'>,
  { verb, tenant, facts, run = newRunId(now()) }: Begun<Verb>,
): LifecycleJournal {
  const base = { format: 1, step: null, direction: 'forward', startedAt: now().toISOString() } as const;
  return { ...base, verb, tenant, facts, run, command } as LifecycleJournal;
}

/** Refuses what was cut off, then does the verb. `prepare` looks at the tenant again, now that nobody else changes it. */
export async function beginVerb(
  dependencies: Dependencies,
  {
    tenants,
    prepare,
    onStep,
  }: {
    readonly tenants: readonly TenantName[];
    readonly prepare: () => Promise<LifecycleJournal>;
    readonly onStep?: OnStep | undefined;
  },
): Promise<FleetOutcome> {
  return underLocks(dependencies, tenants, async () => {
    for (const tenant of tenants) refuseUnfinished(dependencies.home.paths, tenant);
    return finishVerb(dependencies, await prepare(), onStep);
  });
}

/** Does the steps that are left of a verb; the caller holds the locks. */
export async function finishVerb(
  dependencies: Dependencies,
  journal: LifecycleJournal,
  onStep?: OnStep,
): Promise<FleetOutcome> {
  const verb = verbOf(dependencies, journal);
  try {
    await performSteps(dependencies, workOf(dependencies, journal, onStep));
  } catch (error) {
    noteFailure(dependencies, journal, error);
    const isTakenBack = readJournal(dependencies.home.paths, journal.tenant) === undefined;
    if (isTakenBack) await verb.afterUndo();
    throw error;
  }
  if (journal.direction === 'back') return takenBack(dependencies, journal);
  const problem = await verb.after();
  if (problem !== undefined) reportUntold(dependencies, journal.tenant, problem);
  const undo = verb.undo === undefined ? [] : [`To undo, run: ${verb.undo}`];
  return {
    data: { run: journal.run, ...verb.data, undo: verb.undo ?? null, problem: problem ?? null },
    text: [`${verb.text} Run ${journal.run}.`, ...undo].join('\n'),
    exitCode: problem === undefined ? exitCodes.done : exitCodes.failed,
  };
}

function noteFailure(
  { home, now }: Dependencies,
  { tenant, run, verb, command }: LifecycleJournal,
  error: unknown,
): void {
  const entry = { at: now().toISOString(), run, command, event: `${verb} failed`, error: errorText(error) };
  appendToTimeline(home.paths, tenant, entry);
}

/** Takes back what a verb had done when it was cut off; the caller holds the locks. */
export async function takeBackVerb(
  dependencies: Dependencies,
  journal: LifecycleJournal,
): Promise<FleetOutcome> {
  await undoSteps(dependencies, workOf(dependencies, journal));
  return takenBack(dependencies, journal);
}

function workOf(dependencies: Dependencies, journal: LifecycleJournal, onStep?: OnStep): Work {
  const { steps, noted, isNow } = verbOf(dependencies, journal);
  const { home, now, command } = dependencies;
  const { run, tenant, verb } = journal;
  return {
    ...{ journal, steps, onStep },
    noteEnd: (direction) => {
      const entry = { at: now().toISOString(), run, command };
      if (direction === 'forward') appendToTimeline(home.paths, isNow, { ...entry, ...noted });
      else appendToTimeline(home.paths, tenant, { ...entry, event: `${verb} taken back` });
    },
  };
}

async function takenBack(dependencies: Dependencies, journal: LifecycleJournal): Promise<FleetOutcome> {
  const { tenant, run, command } = journal;
  const problem = await verbOf(dependencies, journal).afterUndo();
  if (problem !== undefined) reportUntold(dependencies, tenant, problem);
  const text = `${tenant}: "${command}" (run ${run}) was taken back.`;
  return { data: { run, tenant, takenBack: true, problem: problem ?? null }, text, exitCode: exitCodes.done };
}

function reportUntold({ report }: Dependencies, tenant: string, problem: string): void {
  report.failed(
    `${tenant}: the host was not told: ${problem} When that is mended, run: tenantry hosting apply`,
  );
}
