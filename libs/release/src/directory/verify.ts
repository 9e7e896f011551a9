import { join } from 'node:path';

import type { HomePaths } from '#libs/settings';

import { hashTree, nodeLink, postgresPackage } from '../build/shared-runtime.js';
import type { FileManifest, ReleaseManifest } from '../manifest.js';
import { hashFile, hashFiles, isCache } from './file-list.js';
import { openRelease, readManifest } from './releases.js';

export interface Verification {
  readonly id: string;
  readonly changed: readonly string[];
  readonly missing: readonly string[];
  /** Not in the manifest. */
  readonly extra: readonly string[];
}

/**
 * Compares a release with its manifest, file by file, and what it shares with others. What Node adds to a cache is left
 * out: it goes by the source that it was compiled from, and by no name. Throws UnknownRelease (exit 2).
 */
export async function verifyRelease(paths: Pick<HomePaths, 'releases'>, id: string): Promise<Verification> {
  const { dir } = openRelease(paths, id);
  return { id, ...(await verifyDirectory(dir, readManifest(dir))) };
}

/** The same for one that has no name yet. */
export async function verifyDirectory(
  dir: string,
  manifest: ReleaseManifest,
): Promise<Omit<Verification, 'id'>> {
  const expected = new Map([...manifest.files, ...manifest.caches].map((file) => [file.path, file]));
  const found = new Map((await hashFiles(dir)).map((file) => [file.path, file]));
  const differs = ({ path, sha256 }: FileManifest): boolean =>
    found.has(path) && found.get(path)?.sha256 !== sha256;
  return {
    changed: [
      ...[...expected.values()].filter(differs).map(({ path }) => path),
      ...(await changedRuntimes(dir, manifest)),
    ],
    missing: [...expected.keys()].filter((path) => !found.has(path)),
    extra: [...found.keys()].filter(
      (path) => !expected.has(path) && path !== 'release.json' && !isCache(path),
    ),
  };
}

async function changedRuntimes(dir: string, { runtime, postgres }: ReleaseManifest): Promise<string[]> {
  const node = await hashFile(join(dir, nodeLink)).catch(() => undefined);
  const tree = postgres && (await hashTree(join(dir, postgresPackage)).catch(() => undefined));
  return [
    ...(node === runtime.sha256 ? [] : [nodeLink]),
    ...(postgres === null || tree === postgres.sha256 ? [] : [postgresPackage]),
  ];
}
