import { lstat, readdir, unlink } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import path from 'node:path';
import { systemCode } from './errors.js';
import { parseMediaPath, type Visibility } from './media-path.js';
import { describeFile, type StoredFile } from './stored-file.js';
import { isAbandoned } from './upload-owner.js';

export const incomingFolder = '.incoming';

/** All files of one half of a media root, by path; links and dot files are not media. */
export async function listTree(root: string, visibility: Visibility): Promise<StoredFile[]> {
  const found: StoredFile[] = [];
  for (const entry of await entriesBelow(path.join(root, visibility))) {
    const relative = path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/');
    if (!entry.isFile() || /(?:^|\/)\./.test(relative)) continue;
    const stats = await statIfThere(path.join(root, relative));
    const file = stats && parseIfMedia(relative);
    if (stats && file) found.push(describeFile(file, stats));
  }
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Bytes of all that counts against the quota: what is stored, and what other processes are receiving. `own` are the
 * names of the files that this process is receiving: by its id, another container's could pass for them.
 */
export async function measureTree(root: string, own: ReadonlySet<string> = new Set()): Promise<number> {
  const sizes = new Map<number, number>();
  // What is received first: a file that another process publishes meanwhile is met twice, but never missed, and known
  // again by its inode.
  for (const folder of [incomingFolder, 'public', 'private']) {
    for (const entry of await entriesBelow(path.join(root, folder))) {
      if (!entry.isFile() || (folder === incomingFolder && own.has(entry.name))) continue;
      const stats = await statIfThere(path.join(entry.parentPath, entry.name));
      if (stats) sizes.set(stats.ino, stats.size);
    }
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

/** Removes what processes that are gone had begun to receive; returns how many files. What a living one receives stays. */
export async function removeStaleFiles(root: string, now: Date): Promise<number> {
  let removed = 0;
  for (const entry of await entriesBelow(path.join(root, incomingFolder))) {
    const file = path.join(entry.parentPath, entry.name);
    const stats = entry.isFile() ? await statIfThere(file) : undefined;
    if (stats === undefined || !isAbandoned(entry.name, now.getTime() - stats.mtimeMs)) continue;
    await unlink(file).catch(() => undefined);
    removed += 1;
  }
  return removed;
}

function parseIfMedia(relative: string): ReturnType<typeof parseMediaPath> | undefined {
  try {
    return parseMediaPath(relative);
  } catch {
    return undefined;
  }
}

/** Not readdir's `recursive`: that goes through links to folders. */
async function entriesBelow(folder: string): Promise<Dirent[]> {
  const found: Dirent[] = [];
  for (const entry of await entriesOf(folder)) {
    if (entry.isDirectory()) found.push(...(await entriesBelow(path.join(folder, entry.name))));
    else found.push(entry);
  }
  return found;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    if (!(await lstat(folder)).isDirectory()) return [];
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}

async function statIfThere(
  file: string,
): Promise<{ size: number; mtimeMs: number; ino: number } | undefined> {
  try {
    return await lstat(file);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
