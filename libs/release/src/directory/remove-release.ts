import { lstatSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { type HomePaths, namesIn } from '#libs/settings';

import { runtimesFolder } from '../build/shared-runtime.js';
import { readManifest } from './releases.js';

/** Before the id of a release that is being removed; what a crash leaves is removed with the next one. */
export const prunedPrefix = '.pruned-';

export interface RemoveOptions {
  /** Asked once the release has lost its name. */
  readonly isBusy: () => boolean;
  /** Told before the files go. */
  readonly record: () => void;
}

/**
 * Takes a release's name away, and then its files; a link is removed as such, never what it leads to. False where
 * somebody uses it after all: it has its name back then. The caller holds the lock on releases.
 */
export function removeRelease(
  { releases }: Pick<HomePaths, 'releases'>,
  id: string,
  { isBusy, record }: RemoveOptions,
): boolean {
  const aside = join(releases, `${prunedPrefix}${id}`);
  rmSync(aside, { recursive: true, force: true });
  renameSync(join(releases, id), aside);
  if (isBusy()) {
    renameSync(aside, join(releases, id));
    return false;
  }
  record();
  if (lstatSync(aside).isSymbolicLink()) rmSync(aside);
  else rmSync(aside, { recursive: true });
  return true;
}

/** Runtimes that no release shares and nobody runs. */
export function unusedRuntimes(
  { releases }: Pick<HomePaths, 'releases'>,
  { of, inUse }: { readonly of: readonly string[]; readonly inUse: ReadonlySet<string> },
): string[] {
  const wanted = new Set(of.flatMap((id) => runtimesOf(join(releases, id))));
  return namesIn(join(releases, runtimesFolder)).filter((name) => !wanted.has(name) && !inUse.has(name));
}

/** Also finishes removals that were cut off. */
export function removeUnusedRuntimes(
  { releases }: Pick<HomePaths, 'releases'>,
  names: readonly string[],
): void {
  for (const name of names) rmSync(join(releases, runtimesFolder, name), { recursive: true, force: true });
  for (const name of namesIn(releases).filter((each) => each.startsWith(prunedPrefix))) {
    rmSync(join(releases, name), { recursive: true, force: true });
  }
}

function runtimesOf(dir: string): string[] {
  const { runtime, postgres } = readManifest(dir);
  return [runtime, postgres].flatMap((each) => (each ? [each.name] : []));
}
