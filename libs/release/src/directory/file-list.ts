import { createHash } from 'node:crypto';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';

import type { FileManifest } from '../manifest.js';

/** What V8 compiled: bound to the Node of the release, and never twice the same bytes. */
export function isCache(path: string): boolean {
  return /^dist\/bundle\/(operator\/)?cache\//.test(path);
}

export interface HashedFile extends FileManifest {
  /** Hashed by where it leads. */
  readonly isLink: boolean;
}

/** Every file below a folder with its hash; sorted by path. */
export async function hashFiles(dir: string): Promise<HashedFile[]> {
  const files: HashedFile[] = [];
  for (const path of (await filesBelow(dir, '')).toSorted()) files.push(await describe(dir, path));
  return files;
}

/** SHA-256 of a file, in hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    // One buffer for the whole file: runtimes are large.
    const buffer = Buffer.allocUnsafe(Math.min((await file.stat()).size + 1, 1 << 20));
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/** SHA-256 of a link, in hex. */
export function hashLink(target: string): string {
  return createHash('sha256').update(`-> ${target}`).digest('hex');
}

async function describe(dir: string, path: string): Promise<HashedFile> {
  const full = join(dir, path);
  const stat = await lstat(full);
  if (stat.isSymbolicLink()) {
    return { path, sha256: hashLink(await readlink(full)), mode: 0o777, isLink: true };
  }
  return { path, sha256: await hashFile(full), mode: stat.mode & 0o777, isLink: false };
}

async function filesBelow(dir: string, below: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(dir, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await filesBelow(dir, path)));
    else found.push(path);
  }
  return found;
}
