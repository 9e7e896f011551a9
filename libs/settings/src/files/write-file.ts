import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorCode } from './read-file.js';

/**
 * Replaces a file in one step: whoever reads it, or comes back after a crash, finds the old content or the new, never
 * a part. The mode is set whatever the umask says, the owner stays; missing folders are made. Throws what the file system throws.
 */
export function writeFileAtomically(file: string, content: string, mode: number): void {
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true });
  const aside = `${file}.${process.pid}.new`;
  try {
    writeDurably(aside, { content, mode, owner: ownerOf(file) });
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
  syncFolder(folder);
}

/**
 * Removes what killed writers of a file have left beside it, which for a file of secrets would be one more place for
 * them, for good. What a living process is writing stays.
 */
export function removeLeftovers(file: string): void {
  const folder = dirname(file);
  const start = `${basename(file)}.`;
  for (const name of readdirSync(folder)) {
    const [, pid] = /^(\d+)\.new$/.exec(name.startsWith(start) ? name.slice(start.length) : '') ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

interface NewFile {
  readonly content: string;
  readonly mode: number;
  readonly owner: Owner | undefined;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Whom the file belongs to, if root rewrites it: the user that reads it is not root. */
function ownerOf(file: string): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return statSync(file, { throwIfNoEntry: false }) ?? statSync(dirname(file));
}

function writeDurably(file: string, { content, mode, owner }: NewFile): void {
  // A leftover of a crashed process with the same id must not lend its mode or its content.
  rmSync(file, { force: true });
  const descriptor = openSync(file, 'wx', mode);
  try {
    fchmodSync(descriptor, mode);
    if (owner !== undefined) fchownSync(descriptor, owner.uid, owner.gid);
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The rename itself is durable only when the folder is. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
