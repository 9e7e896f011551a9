import { currentRelease } from '#libs/release';
import type { Dependencies } from '../../dependencies.js';
import { runnerNow } from '../../runs/run-ledger.js';
import { newRunId } from '../../timeline.js';
import { type DeployJournal, type DeployOptions, deploySteps, unfinishedJournal } from './journal.js';

/** The journal of a deploy of the same release that is not over, or a new one. */
export function takeUp(
  dependencies: Dependencies,
  { release, options, verb }: { release: string; options: DeployOptions; verb: DeployJournal['verb'] },
): DeployJournal {
  const { home, now, command, report } = dependencies;
  const unfinished = unfinishedJournal(home.paths, report);
  const isSame = unfinished?.release === release && unfinished.verb === verb;
  if (isSame && mayGoOn(unfinished, options)) {
    report.step(`going on with run ${unfinished.run}, which was ${unfinished.state} at ${unfinished.step}`);
    return { ...withoutCanary(unfinished), options };
  }
  return {
    ...{ format: 1, run: newRunId(now()), verb, release, command, options },
    from: currentRelease(home.paths) ?? null,
    startedAt: now().toISOString(),
    ...{ step: 'pre-deploy', state: 'running', runner: runnerNow(), tenants: {}, flipMs: null, error: null },
  };
}

/** A canary comes before the others: where they have begun already, it is a deploy of its own. */
function mayGoOn({ step }: DeployJournal, { canary }: DeployOptions): boolean {
  return canary === undefined || deploySteps.indexOf(step) <= deploySteps.indexOf('canary');
}

/** Who asks to go on behind a canary that does well wants the others to follow. */
export function withoutCanary(journal: DeployJournal): DeployJournal {
  if (journal.state !== 'paused') return journal;
  const { canary: _canary, ...options } = journal.options;
  return { ...journal, options, step: 'migrate', state: 'running' };
}
