import {
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * Replaces a file in one step: whoever reads it, or comes back after a crash, finds the old content or the new, never
 * a part. The mode is set whatever the umask says; missing folders are made. Throws what the file system throws.
 */
export function writeFileAtomically(file: string, content: string, mode: number): void {
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true });
  const aside = `${file}.${process.pid}.new`;
  try {
    writeDurably(aside, content, mode);
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
  syncFolder(folder);
}

function writeDurably(file: string, content: string, mode: number): void {
  // A leftover of a crashed process with the same id must not lend its mode or its content.
  rmSync(file, { force: true });
  const descriptor = openSync(file, 'wx', mode);
  try {
    fchmodSync(descriptor, mode);
    writeSync(descriptor, content);
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
