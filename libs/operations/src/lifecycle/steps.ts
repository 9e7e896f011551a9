import { RefusedError, TenantryError, exitCodes } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { errorText } from '../outcome.js';
import { hasWayBack, type LifecycleJournal, removeJournal, writeJournal } from './journal.js';

/** Either way can be repeated: whoever was killed in it does it again. */
export interface Step {
  readonly name: string;
  /** For `--plan`: `rename the database tenant_acme to trash_…`. */
  readonly does: string;
  run(): Promise<void> | void;
  undo(): Promise<void> | void;
}

/** Told before and after each step; tests end the process there. */
export type OnStep = (place: string) => void;

export interface Work {
  readonly journal: LifecycleJournal;
  readonly steps: readonly Step[];
  /** Writes down that all is done, or undone, before the journal goes. */
  readonly noteEnd: (direction: 'forward' | 'back') => void;
  readonly onStep?: OnStep | undefined;
}

export class LifecycleInterrupted extends TenantryError {
  readonly code = 'INTERRUPTED';
  readonly exitCode = exitCodes.interrupted;
}

/** What failed cannot be undone at the moment either. */
export class NotUndone extends RefusedError {
  override readonly code = 'NOT_UNDONE';
  override readonly exitCode = exitCodes.failed;
}

/** The same step the other way. */
export function inverse(step: Step, does: string): Step {
  return { name: step.name, does, run: () => step.undo(), undo: () => step.run() };
}

/**
 * Does what is left of the steps, each noted before it begins, so that the next command goes on where this one was
 * killed. What fails is undone; then the error is thrown.
 */
export async function performSteps(dependencies: Dependencies, work: Work): Promise<void> {
  const { journal, steps } = work;
  if (journal.direction === 'back') return undoSteps(dependencies, work, placeOf(work));
  for (let at = Math.max(0, placeOf(work)); at < steps.length; at++) {
    try {
      refuseInterrupted(dependencies, journal);
      await perform(dependencies, { ...work, journal: { ...journal, step: steps[at]?.name ?? null } }, 'run');
    } catch (error) {
      if (hasWayBack(journal)) await giveUp(dependencies, work, { at, error });
      throw error;
    }
  }
  work.noteEnd('forward');
  removeJournal(dependencies.home.paths, journal.tenant);
}

/** Undoes what was done so far. */
export async function undoSteps(dependencies: Dependencies, work: Work, from = placeOf(work)): Promise<void> {
  for (let at = from; at >= 0; at--) {
    const journal = { ...work.journal, step: work.steps[at]?.name ?? null, direction: 'back' as const };
    await perform(dependencies, { ...work, journal }, 'undo');
  }
  work.noteEnd('back');
  removeJournal(dependencies.home.paths, work.journal.tenant);
}

async function perform(
  { home }: Pick<Dependencies, 'home'>,
  { journal, steps, onStep }: Work,
  way: 'run' | 'undo',
): Promise<void> {
  const step = steps.find(({ name }) => name === journal.step);
  if (step === undefined) return;
  writeJournal(home.paths, journal);
  onStep?.(`${way} ${step.name}: begun`);
  await step[way]();
  onStep?.(`${way} ${step.name}: done`);
}

function placeOf({ journal, steps }: Work): number {
  return steps.findIndex(({ name }) => name === journal.step);
}

async function giveUp(
  dependencies: Dependencies,
  work: Work,
  { at, error }: { at: number; error: unknown },
): Promise<void> {
  const { tenant, command } = work.journal;
  dependencies.report.step(`${tenant}: taking back what was done`);
  try {
    await undoSteps(dependencies, work, at);
  } catch (undoing) {
    throw new NotUndone(
      `${tenant}: "${command}" failed: ${errorText(error)} Taking it back failed, too: ${errorText(undoing)}`,
      { tenant, cause: error, hint: `When that is mended, run: tenantry tenant recover ${tenant} --undo` },
    );
  }
}

function refuseInterrupted({ signal }: Dependencies, { tenant, command }: LifecycleJournal): void {
  if (!signal.aborted) return;
  throw new LifecycleInterrupted(`${tenant}: "${command}" was interrupted, and is taken back.`, { tenant });
}
