import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type HomePaths, parseTenantName } from '#libs/settings';
import { appendToTimeline, latestHosts, newRunId, readTimeline } from './timeline.js';

const acme = parseTenantName('acme');
let paths: HomePaths;

beforeEach(() => {
  paths = { state: mkdtempSync(join(tmpdir(), 'state-')) } as HomePaths;
});

afterEach(() => rmSync(paths.state, { recursive: true, force: true }));

describe('a timeline', () => {
  it('gives the newest entries, oldest first, and passes over a line that a crash cut short', () => {
    for (const event of ['created', 'started', 'stopped']) {
      appendToTimeline(paths, acme, { at: '2026-11-21T00:00:00Z', run: 'r', event });
    }
    appendFileSync(join(paths.state, 'tenants/acme.jsonl'), '{"at": "2026-');
    expect(readTimeline(paths, acme, 3).map(({ event }) => event)).toEqual(['started', 'stopped']);
  });

  it('remembers the hosts of the last start', () => {
    appendToTimeline(paths, acme, { at: 'x', run: 'r', event: 'created', hosts: ['old.example'] });
    appendToTimeline(paths, acme, { at: 'x', run: 'r', event: 'started', hosts: ['new.example'] });
    appendToTimeline(paths, acme, { at: 'x', run: 'r', event: 'crashed' });
    expect(latestHosts(paths, acme)).toEqual(['new.example']);
    expect(latestHosts(paths, parseTenantName('zed'))).toEqual([]);
  });

  it('names runs so that they sort by time', () => {
    expect(newRunId(new Date('2026-11-21T01:45:02.123Z'))).toMatch(/^20261121-014502-[0-9a-f]{4}$/);
  });
});
