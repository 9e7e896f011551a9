import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { type HomePaths, syncFolder } from '#libs/settings';

import { openRelease } from './releases.js';

/**
 * Points `current` at a finished release. rename(2) replaces the link in one step: unlink and symlink would leave a
 * moment with no release. Throws UnknownRelease (exit 2), and then changes nothing. Answers how long it took until everybody
 * saw the new one, in ms; that it is on the disk, too, takes longer.
 */
export function activate(paths: Pick<HomePaths, 'releases' | 'current'>, id: string): number {
  openRelease(paths, id);
  const folder = dirname(paths.current);
  const aside = `${paths.current}.${process.pid}.new`;
  rmSync(aside, { force: true });
  const began = performance.now();
  symlinkSync(relative(folder, join(paths.releases, id)), aside);
  try {
    renameSync(aside, paths.current);
    const tookMs = performance.now() - began;
    // So that a power cut brings back neither the old link nor none.
    syncFolder(folder);
    return tookMs;
  } finally {
    rmSync(aside, { force: true });
  }
}
