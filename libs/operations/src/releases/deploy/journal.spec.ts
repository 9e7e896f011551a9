import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type DeployJournal,
  journalFile,
  readJournals,
  requireUnfinished,
  unfinishedJournal,
  writeJournal,
} from './journal.js';

let paths: { state: string };
beforeEach(() => {
  paths = { state: mkdtempSync(join(tmpdir(), 'journal-')) };
});
afterEach(() => rmSync(paths.state, { recursive: true }));

const damaged = '20261121-120000-dddd';

function write(run: string, state: DeployJournal['state']): void {
  writeJournal(paths, {
    ...{ format: 1, run, verb: 'deploy', release: '1.1.0', from: null, command: 'tenantry deploy', state },
    ...{ startedAt: '2026-11-21T11:00:00Z', options: { accept: [], down: [], stay: [] }, step: 'roll' },
    ...{ runner: { host: 'a', pid: 1, startTime: null }, tenants: {}, flipMs: null, error: null },
  });
}

describe('journals of deploys', () => {
  it.each(['{"run": "2026', '', '[1]', 'null'])('are read beside one that is %j, which is told of', (text) => {
    write('20261121-110000-aaaa', 'stopped');
    writeFileSync(journalFile(paths, damaged), text);
    const said: string[] = [];
    const found = unfinishedJournal(paths, { warn: (line) => said.push(line) });
    expect(found?.run).toBe('20261121-110000-aaaa');
    expect(said).toEqual([expect.stringContaining(`${damaged}.json: cannot be read, and is passed over: `)]);
    expect(readJournals(paths).damaged).toHaveLength(1);
    expect(() => requireUnfinished(paths, damaged)).toThrow(/its record .*dddd\.json cannot be read/);
  });

  it('tell of none that is over', () => {
    write('20261121-110000-aaaa', 'done');
    expect(unfinishedJournal(paths)).toBeUndefined();
    expect(() => requireUnfinished(paths, '20261121-110000-aaaa')).toThrow('is done');
    expect(() => requireUnfinished(paths, '20261121-110000-bbbb')).toThrow('is no deploy of this home');
  });
});
