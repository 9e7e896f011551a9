import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

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
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
