import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';

import { FailedError, type HomePaths, isReleaseId, namesIn, nearest, UsageError } from '#libs/settings';

import type { ReleaseManifest } from '../manifest.js';
import { isMissing } from '../missing-file.js';
import type { Release } from '../release.js';

export class UnknownRelease extends UsageError {
  override readonly code = 'UNKNOWN_RELEASE';
}

export class BrokenManifest extends FailedError {
  override readonly code = 'BROKEN_MANIFEST';
}

const manifestName = 'release.json';
/** `release.json` of a finished release. Throws BrokenManifest (exit 1) where it cannot be understood. */
export function readManifest(dir: string): ReleaseManifest {
  const file = join(dir, manifestName);
  try {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Partial<ReleaseManifest>;
    if (manifest.format === 1) return manifest as ReleaseManifest;
    throw new TypeError(`format ${String(manifest.format)} is not known`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BrokenManifest(`${file}: cannot be used: ${why}.`, {
      hint: 'Build or install the release again under another name.',
      cause: error,
    });
  }
}

/** Ids of the finished releases of a home, sorted. */
export function listReleases({ releases }: Pick<HomePaths, 'releases'>): string[] {
  return namesIn(releases)
    .filter((name) => isReleaseId(name) && isFinished(join(releases, name)))
    .toSorted();
}

/** A release has its manifest last. */
export function isFinished(dir: string): boolean {
  return existsSync(join(dir, manifestName));
}

/** Throws UnknownRelease (exit 2), with the nearest name. */
export function openRelease(paths: Pick<HomePaths, 'releases'>, id: string): Release {
  if (isReleaseId(id) && isFinished(join(paths.releases, id))) {
    return { id, dir: realpathSync(join(paths.releases, id)), kind: 'built' };
  }
  const known = listReleases(paths);
  const near = nearest(id, known);
  const all = known.length > 0 ? `This home has ${known.join(', ')}.` : 'This home has none yet.';
  throw new UnknownRelease(`release ${JSON.stringify(id)}: there is no such release in this home.`, {
    hint: near === undefined ? all : `Did you mean "${near}"?`,
  });
}

/** The id that `current` points at; undefined before the first deploy. */
export function currentRelease({ current }: Pick<HomePaths, 'current'>): string | undefined {
  try {
    return basename(realpathSync(current));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
