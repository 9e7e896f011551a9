import { parseTenantName, UsageError } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import type { FleetOutcome } from '../outcome.js';
import { hasWayBack, type LifecycleJournal, readJournal } from './journal.js';
import { finishVerb, takeBackVerb, tenantsOf, underLocks } from './perform-verb.js';
import type { OnStep } from './steps.js';

export interface RecoverRequest {
  readonly tenant: string;
  /** Take back what was done, instead of finishing it. */
  readonly undo: boolean;
  readonly onStep?: OnStep | undefined;
}

export class NothingToRecover extends UsageError {
  override readonly code = 'NOTHING_TO_RECOVER';
}

/**
 * Finishes what was cut off half way, or takes it back; one that was being taken back already is taken back in any case.
 * Throws NothingToRecover (exit 2), LockedError (75) while it is still at work.
 */
export async function recoverTenant(
  dependencies: Dependencies,
  { tenant: text, undo, onStep }: RecoverRequest,
): Promise<FleetOutcome> {
  const tenant = parseTenantName(text);
  const { paths } = dependencies.home;
  const require = (): LifecycleJournal => {
    const journal = readJournal(paths, tenant);
    if (journal !== undefined && (!undo || hasWayBack(journal))) return journal;
    const what = journal === undefined ? 'nothing was cut off half way' : 'what a purge has removed is gone';
    throw new NothingToRecover(`${tenant}: ${what}.`, { tenant });
  };
  return underLocks(dependencies, tenantsOf(require()), async () => {
    const journal = require();
    dependencies.report.step(`${tenant}: ${undo ? 'taking back' : 'finishing'} "${journal.command}"`);
    return undo ? takeBackVerb(dependencies, journal) : finishVerb(dependencies, journal, onStep);
  });
}
