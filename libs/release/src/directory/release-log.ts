import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { HomePaths } from '#libs/settings';

import { isMissing } from '../missing-file.js';
import { listReleases } from './releases.js';

export type ReleaseEventName = 'built' | 'installed' | 'activated' | 'rolled back' | 'good' | 'pruned';

/** One line of `state/releases.jsonl`. */
export interface ReleaseEvent {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly run: string;
  readonly event: ReleaseEventName;
  readonly release: string;
  /** What `current` pointed at before. */
  readonly from?: string | undefined;
}

const logName = 'releases.jsonl';

/** Appends one line; a single O_APPEND write, so that two commands never mix theirs. */
export function recordRelease({ state }: Pick<HomePaths, 'state'>, event: ReleaseEvent): void {
  mkdirSync(state, { recursive: true, mode: 0o750 });
  appendFileSync(join(state, logName), `${JSON.stringify(event)}\n`, { mode: 0o640, flush: true });
}

/** What happened to releases, oldest first; lines that a crash cut short are left out. */
export function releaseEvents({ state }: Pick<HomePaths, 'state'>): ReleaseEvent[] {
  return readLog(join(state, logName)).split('\n').flatMap(parseEvent);
}

/** Ids of the releases that are there and that a deploy found good, the latest mark first. */
export function goodReleases(paths: Pick<HomePaths, 'state' | 'releases'>): string[] {
  const marks = new Set<string>();
  for (const { event, release } of releaseEvents(paths)) {
    // Another one may be built under the name of one that was pruned.
    if (event === 'good' || event === 'pruned') marks.delete(release);
    if (event === 'good') marks.add(release);
  }
  const known = new Set(listReleases(paths));
  return [...marks].filter((id) => known.has(id)).toReversed();
}

function readLog(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return '';
    throw error;
  }
}

function parseEvent(line: string): ReleaseEvent[] {
  try {
    return [JSON.parse(line) as ReleaseEvent];
  } catch {
    return [];
  }
}
