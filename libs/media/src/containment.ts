import { constants, type Stats } from 'node:fs';
import { lstat, mkdir, open, realpath, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { MediaNotFound, systemCode, UnsafePath } from './errors.js';
import type { MediaPath } from './media-path.js';

// NONBLOCK: opening a FIFO that somebody put there would otherwise wait for its writer for ever.
const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Opens a file for reading and proves that no link was followed below the root (the root itself may be reached by one).
 * @throws MediaNotFound, or UnsafePath where a link is in the way
 */
export async function openContained(
  root: string,
  file: MediaPath,
): Promise<{ handle: FileHandle; stats: Stats }> {
  const expected = path.join(await realRoot(root), file.relative);
  const handle = await orNotFound(file.relative, open(expected, readFlags));
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw notFound(file.relative);
    // Checked after opening, and by inode: a folder exchanged for a link between check and open would pass a check before it.
    const real = await orNotFound(file.relative, realpath(expected));
    const behind = await orNotFound(file.relative, stat(real));
    const isSame = behind.ino === stats.ino && behind.dev === stats.dev;
    if (real !== expected || !isSame) throw leadsOut(file.relative);
    return { handle, stats };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The real path of a folder below the root; `relative` is made of checked parts. */
export async function containedFolder(root: string, relative: string): Promise<string> {
  const expected = path.join(await realRoot(root), relative);
  if ((await orNotFound(relative, realpath(expected))) !== expected) throw leadsOut(relative);
  return expected;
}

/** As `containedFolder`, and makes what is missing of it, part by part: `mkdir -p` would follow a link and make folders outside. */
export async function makeContainedFolder(root: string, relative: string): Promise<string> {
  let folder = await realRoot(root);
  for (const part of relative.split('/')) {
    folder = path.join(folder, part);
    await makeFolder(folder);
    if (!(await lstat(folder)).isDirectory()) throw leadsOut(relative);
  }
  return containedFolder(root, relative);
}

export function notFound(relative: string): MediaNotFound {
  return new MediaNotFound(`media: there is no file "${relative}".`, {
    hint: 'List the files to see their paths.',
  });
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o750 });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
}

function leadsOut(relative: string): UnsafePath {
  return new UnsafePath(`media: "${relative}" is reached by a symbolic link, and links are not followed.`, {
    hint: 'Replace the link by the file itself.',
  });
}

async function realRoot(root: string): Promise<string> {
  return orNotFound('.', realpath(root));
}

async function orNotFound<Result>(relative: string, step: Promise<Result>): Promise<Result> {
  try {
    return await step;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') throw notFound(relative);
    if (code === 'ELOOP') throw leadsOut(relative);
    throw error;
  }
}
