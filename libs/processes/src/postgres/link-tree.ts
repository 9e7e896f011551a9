import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';

/**
 * Makes `to` a twin of `from` that everybody can read, by hard links where the file system lets us. It appears
 * complete or not at all; `finish` has the last word on it before it appears.
 */
export function linkTree(from: string, to: string, finish: (dir: string) => void): void {
  if (statSync(to, { throwIfNoEntry: false }) !== undefined) return;
  const unfinished = `${to}.${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  try {
    copyFolder(from, unfinished);
    finish(unfinished);
    renameSync(unfinished, to);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Another command was faster; its twin is as good as ours.
    if (statSync(to, { throwIfNoEntry: false }) === undefined) throw error;
  }
}

function copyFolder(from: string, to: string): void {
  mkdirSync(to);
  chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) copyFolder(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  const { mode } = statSync(source);
  const wanted = mode & 0o100 ? 0o755 : 0o644;
  // A hard link shares its permissions with the original, which is not ours to open up.
  if ((mode & 0o755) === wanted && link(source, target)) return;
  copyFileSync(source, target);
  chmodSync(target, wanted);
}

function link(source: string, target: string): boolean {
  try {
    linkSync(source, target);
    return true;
  } catch {
    return false;
  }
}
