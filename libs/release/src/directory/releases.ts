import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';

import { type HomePaths, isReleaseId, nearest, UsageError } from '#libs/settings';

import type { ReleaseManifest } from '../manifest.js';
import { isMissing } from '../missing-file.js';
import type { Release } from '../release.js';

export class UnknownRelease extends UsageError {
  override readonly code = 'UNKNOWN_RELEASE';
}

const manifestName = 'release.json';
/** `release.json` of a directory; undefined where there is none, as in one that was not finished. */
export function readManifest(dir: string): ReleaseManifest | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, manifestName), 'utf8')) as ReleaseManifest;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Ids of the finished releases of a home, sorted. */
export function listReleases({ releases }: Pick<HomePaths, 'releases'>): string[] {
  return namesIn(releases)
    .filter((name) => isFinished(releases, name))
    .toSorted();
}

/** Its manifest is written last. */
function isFinished(releases: string, name: string): boolean {
  return isReleaseId(name) && existsSync(join(releases, name, manifestName));
}

/** Throws UnknownRelease (exit 2), with the nearest name. */
export function openRelease(paths: Pick<HomePaths, 'releases'>, id: string): Release {
  if (isFinished(paths.releases, id)) {
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

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
