import { closeSync, fsyncSync, openSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import type { HomePaths } from '#libs/settings';

import { openRelease } from './releases.js';

/**
 * Points `current` at a finished release. rename(2) replaces the link in one step: unlink and symlink would leave a
 * moment with no release. Throws UnknownRelease (exit 2), and then changes nothing.
 */
export function activate(paths: Pick<HomePaths, 'releases' | 'current'>, id: string): void {
  openRelease(paths, id);
  const folder = dirname(paths.current);
  const aside = `${paths.current}.${process.pid}.new`;
  rmSync(aside, { force: true });
  symlinkSync(relative(folder, join(paths.releases, id)), aside);
  try {
    renameSync(aside, paths.current);
    syncFolder(folder);
  } finally {
    rmSync(aside, { force: true });
  }
}

/** So that a power cut brings back neither the old link nor none. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
