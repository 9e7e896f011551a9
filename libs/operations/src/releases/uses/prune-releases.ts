import { join } from 'node:path';
import { RefusedError, UsageError } from '#libs/settings';
import { processesBelow } from '#libs/processes';
import { listReleases, prunedPrefix, recordRelease, removeRelease, removeStaged, removeUnusedRuntimes, unusedRuntimes } from '#libs/release';
import type { Dependencies } from '../../dependencies.js';
import { withLock } from '../../lock.js';
import { appendToRuns, newRunId } from '../../timeline.js';
import { dropUnwantedEverywhere } from '../../tenants/templates.js';
import { deployLock } from '../deploy/deploy.js';
import { releasesLock } from '../releases-lock.js';
import { type FoundUses, findUses } from './find-uses.js';

export interface PruneRequest {
  /** So many good releases stay; default: `releases.keep` of tenantry.yaml. */
  readonly keep?: number | undefined;
  readonly plan: boolean;
}

export interface Pruned {
  readonly data: {
    readonly run: string | null;
    readonly removed: readonly string[];
    readonly kept: readonly { readonly id: string; readonly why: readonly string[] }[];
    readonly runtimes: readonly string[];
  };
  readonly text: string;
}

export class PinsUnreadable extends RefusedError {
  override readonly code = 'PINS_UNREADABLE';
}

/**
 * Removes the releases that nothing uses. It holds the locks of deploys and builds: neither `current` nor the list of
 * releases changes meanwhile. Throws LockedError (75), PinsUnreadable (4), and removes nothing then.
 */
export async function pruneReleases(dependencies: Dependencies, request: PruneRequest): Promise<Pruned> {
  const keep = request.keep ?? dependencies.home.host.releases.keep;
  if (keep < 1) throw new UsageError('--keep: expected at least 1, found 0.', { hint: 'Example: --keep 3.' });
  if (request.plan) return outcome(dependencies, await judge(dependencies, keep), { run: null, plan: true });
  return underLocks(dependencies, async () => {
    await removeStaged(dependencies.home.paths.releases);
    const judged = await judge(dependencies, keep);
    const run = newRunId(dependencies.now());
    for (const id of judged.unused) remove(dependencies, run, id);
    if (judged.unused.length > 0) await dropUnwantedEverywhere(dependencies);
    return outcome(dependencies, judged, { run, plan: false });
  });
}

function underLocks<T>(dependencies: Dependencies, work: () => Promise<T>): Promise<T> {
  // A hook of a deploy may prune under the deploy's own lock.
  const deployOrItsHook = { ...deployLock(dependencies), env: dependencies.env };
  return withLock(deployOrItsHook, () => withLock(releasesLock(dependencies), work));
}

interface Judged {
  readonly found: FoundUses;
  readonly unused: readonly string[];
  readonly kept: readonly string[];
}

async function judge(dependencies: Dependencies, keep: number): Promise<Judged> {
  const found = await findUses(dependencies, keep);
  const [unreadable] = found.unreadable;
  if (unreadable) {
    const [tenant, why] = unreadable;
    throw new PinsUnreadable(`${tenant}: may be pinned to any release: ${why} Nothing was removed.`, {
      ...{ tenant, hint: 'Mend its overlay first.' },
    });
  }
  const all = listReleases(dependencies.home.paths);
  const isUsed = (id: string): boolean => found.uses.of(id).length > 0;
  return { found, unused: all.filter((id) => !isUsed(id)), kept: all.filter(isUsed) };
}

/** Once its name is gone nobody can start from it; who did so at the last moment is found then. */
function remove({ home: { paths }, now, report }: Dependencies, run: string, id: string): void {
  const isBusy = (): boolean => processesBelow(paths.releases).some(({ name }) => name === id || name === prunedPrefix + id);
  const record = (): void => recordRelease(paths, { at: now().toISOString(), run, event: 'pruned', release: id });
  if (removeRelease(paths, id, { isBusy, record })) report.done(`${id}: removed`);
  else report.warn(`${id}: a process has just started from it; it stays.`);
}

function outcome(dependencies: Dependencies, judged: Judged, { run, plan }: { run: string | null; plan: boolean }): Pruned {
  const { paths } = dependencies.home;
  const left = plan ? judged.kept : listReleases(paths);
  const removed = judged.unused.filter((id) => plan || !left.includes(id));
  const inUse = new Set(processesBelow(join(paths.releases, '.runtimes')).map(({ name }) => name));
  const unused = unusedRuntimes(paths, { of: left, inUse });
  if (!plan) removeUnusedRuntimes(paths, unused);
  if (run !== null && removed.length > 0) {
    const { now, command } = dependencies;
    appendToRuns(paths, { at: now().toISOString(), run, command, event: 'releases pruned', releases: removed });
  }
  const kept = left.map((id) => ({ id, why: judged.found.uses.of(id).map(({ text }) => text) }));
  return { data: { run, removed, kept, runtimes: unused }, text: describe({ removed, kept, runtimes: unused }, plan) };
}

function describe({ removed, kept, runtimes }: Omit<Pruned['data'], 'run'>, plan: boolean): string {
  const [would, nothing] = plan ? ['Would remove', 'Would remove nothing'] : ['Removed', 'Removed nothing'];
  const what = [...removed.map((id) => `release ${id}`), ...runtimes.map((name) => `runtime ${name}`)];
  return [
    what.length > 0 ? `${would} ${what.join(', ')}.` : `${nothing}: every release is in use.`,
    ...kept.map(({ id, why }) => `Kept ${id}: ${why.join('; ') || 'a process has just started from it'}.`),
  ].join('\n');
}
