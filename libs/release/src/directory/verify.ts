import { join } from 'node:path';

import type { HomePaths } from '#libs/settings';

import { hashFile, hashFiles } from './file-list.js';
import { openRelease, readManifest } from './releases.js';

export interface Verification {
  readonly id: string;
  readonly changed: readonly string[];
  readonly missing: readonly string[];
  /** Not in the manifest. */
  readonly extra: readonly string[];
}

/** Compares a release with its manifest, file by file. Throws UnknownRelease (exit 2). */
export async function verifyRelease(
  paths: Pick<HomePaths, 'releases' | 'current'>,
  id: string,
): Promise<Verification> {
  const { dir } = openRelease(paths, id);
  const manifest = readManifest(dir);
  const expected = new Map(
    [...(manifest?.files ?? []), ...(manifest?.caches ?? [])].map((file) => [file.path, file]),
  );
  const found = new Map((await hashFiles(dir)).map((file) => [file.path, file]));
  const changed = [...expected.values()]
    .filter(({ path, sha256 }) => found.has(path) && found.get(path)?.sha256 !== sha256)
    .map(({ path }) => path);
  const node = join(dir, 'node_modules', '.bin', 'node');
  if (manifest !== undefined && (await hashFile(node)) !== manifest.runtime.sha256)
    changed.push('node_modules/.bin/node');
  return {
    id,
    changed,
    missing: [...expected.keys()].filter((path) => !found.has(path)),
    extra: [...found.keys()].filter((path) => !expected.has(path)),
  };
}
