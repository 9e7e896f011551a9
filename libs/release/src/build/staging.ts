import { chmod, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { syncFolder } from '#libs/settings';

import { DiskFull } from './errors.js';

const prefix = '.staging-';

/**
 * Fills a folder beside the releases, and gives it its name when it is complete. Whatever is cut off before leaves what
 * the next one removes: the caller holds the lock on releases, so nobody else stages anything.
 * @throws DiskFull (1), and whatever `fill` throws; then nothing is left.
 */
export async function staged<T>(
  releases: string,
  id: string,
  fill: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = join(releases, `${prefix}${process.pid}`);
  await mkdir(releases, { recursive: true });
  await removeStaged(releases);
  try {
    await mkdir(folder);
    const result = await fill(folder);
    await rename(folder, join(releases, id));
    // So that a power cut does not take the name back.
    syncFolder(releases);
    return result;
  } catch (error) {
    throw diskFullAt(releases, error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Throws away what was cut off. The caller holds the lock on releases. */
export async function removeStaged(releases: string): Promise<void> {
  for (const name of await readdir(releases)) {
    if (name.startsWith(prefix)) await rm(join(releases, name), { recursive: true, force: true });
  }
}

/** Makes files 0444 or 0555, and sure that they are on the disk before anything refers to them. */
export async function protectFiles(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await protectFiles(path);
    else if (entry.isFile()) await protectFile(path);
  }
  await chmod(folder, 0o755);
}

async function protectFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.chmod(releasedMode((await lstat(path)).mode));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What a file of a release may be: read by all, run by all if by anybody, written by nobody. */
function releasedMode(mode: number): number {
  return (mode & 0o111) === 0 ? 0o444 : 0o555;
}

function isDiskFull(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOSPC';
}

/** What to throw for an error from writing into a folder. */
export function diskFullAt(folder: string, cause: unknown): unknown {
  if (!isDiskFull(cause)) return cause;
  return new DiskFull(`${folder}: no space is left on its disk. Nothing was added.`, {
    hint: 'Make room, for example by `tenantry release prune`, and try again.',
    cause,
  });
}
