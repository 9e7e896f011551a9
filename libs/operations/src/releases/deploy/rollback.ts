import { RefusedError, UsageError } from '#libs/settings';
import { currentRelease, goodReleases, listReleases, releaseEvents } from '#libs/release';
import type { Dependencies } from '../../dependencies.js';
import type { FleetOutcome } from '../../outcome.js';
import { type DeployRequest, performRollback } from './deploy.js';
import { unfinishedJournal } from './journal.js';

export interface RollbackRequest extends Omit<DeployRequest, 'release' | 'canary'> {
  /** Undefined: the last good one is proposed. */
  readonly release: string | undefined;
  /** Undefined without a terminal: then nobody can be asked. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
}

export class NothingToGoBackTo extends UsageError {
  override readonly code = 'NOTHING_TO_GO_BACK_TO';
}

export class RollbackNotConfirmed extends RefusedError {
  override readonly code = 'ROLLBACK_NOT_CONFIRMED';
}

/**
 * Goes back to an older release with the same looks, rings and proofs as a deploy. Without a release the last good one is
 * proposed: on a terminal as a question, else as an error (exit 4) that says what to type.
 */
export async function rollback(dependencies: Dependencies, request: RollbackRequest): Promise<FleetOutcome> {
  const { ask, ...rest } = request;
  const release = request.release ?? proposal(dependencies);
  if (request.release === undefined && !request.plan && !request.onlyPreflight) {
    await requireAgreed(dependencies, release, ask);
  }
  return performRollback(dependencies, { ...rest, release });
}

/**
 * What ran before the release that is current: where a deploy is not over, what it began from; else the release that was
 * found good last, of those from which nobody went back since; else what `current` was before, as where the first release
 * of a home was deployed before its first tenant. Throws NothingToGoBackTo (exit 2).
 */
export function proposal({ home }: Pick<Dependencies, 'home'>): string {
  const { paths } = home;
  const current = currentRelease(paths);
  const unfinished = unfinishedJournal(paths);
  if (unfinished?.verb === 'deploy' && unfinished.from !== null) return unfinished.from;
  const left = new Set<string | undefined>();
  for (const { event, release, from } of releaseEvents(paths)) {
    if (event === 'activated') left.delete(release);
    if (event === 'rolled back') left.add(from);
  }
  const known = listReleases(paths).filter((id) => id !== current);
  const mayBe = (id: string | undefined): boolean => id !== undefined && known.includes(id) && !left.has(id);
  const before = releaseEvents(paths).findLast(({ event, release }) => event === 'activated' && release === current);
  const found = [...goodReleases(paths), before?.from].find(mayBe);
  if (found !== undefined) return found;
  const hint =
    known.length > 0
      ? `This home also has ${known.join(', ')}: name the one you mean.`
      : 'This home has no other: mend what is wrong in a new release, and deploy that one.';
  throw new NothingToGoBackTo('rollback: no earlier release was found good by a deploy.', { hint });
}

async function requireAgreed(
  { home }: Pick<Dependencies, 'home'>,
  release: string,
  ask: RollbackRequest['ask'],
): Promise<void> {
  const from = currentRelease(home.paths) ?? 'the checkout';
  const answer = await ask?.(`Go back from ${from} to ${release}? [y/N] `);
  if (answer !== undefined && /^y/i.test(answer.trim())) return;
  throw new RollbackNotConfirmed(`rollback: would go back from ${from} to ${release}. Nothing was changed.`, {
    hint: `If you mean it, run: tenantry rollback ${release}`,
  });
}
