import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { goodReleases, recordRelease, releaseEvents, type ReleaseEventName } from './release-log.js';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'release-log-'));
  for (const id of ['1.0.0', '1.1.0']) {
    mkdirSync(join(home, 'releases', id), { recursive: true });
    writeFileSync(join(home, 'releases', id, 'release.json'), '{}');
  }
});

afterEach(() => rmSync(home, { recursive: true }));

const paths = () => ({ state: join(home, 'state'), releases: join(home, 'releases') });

function record(event: ReleaseEventName, release: string): void {
  recordRelease(paths(), { at: '2026-11-21T00:00:00.000Z', run: 'r', event, release });
}

describe('the log of releases', () => {
  it('is empty before anything happened', () => {
    expect(releaseEvents(paths())).toEqual([]);
    expect(goodReleases(paths())).toEqual([]);
  });

  it('names the good releases that are still there, the latest mark first', () => {
    for (const id of ['0.9.0', '1.1.0', '1.0.0']) record('good', id);
    record('activated', '1.1.0');
    expect(goodReleases(paths())).toEqual(['1.0.0', '1.1.0']);
    record('good', '1.1.0');
    expect(goodReleases(paths())).toEqual(['1.1.0', '1.0.0']);
  });

  it('forgets the mark of a release that was pruned, as another may be built under its name', () => {
    record('good', '1.1.0');
    record('pruned', '1.1.0');
    record('built', '1.1.0');
    expect(goodReleases(paths())).toEqual([]);
  });

  it('leaves out a line that a crash cut short', () => {
    record('good', '1.1.0');
    appendFileSync(join(home, 'state', 'releases.jsonl'), '{"at": "2026\n');
    expect(releaseEvents(paths())).toHaveLength(1);
  });
});
