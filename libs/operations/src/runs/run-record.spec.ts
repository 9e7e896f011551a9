import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HomePaths } from '#libs/settings';
import type { RunStart } from './run-entries.js';
import { RunLedger } from './run-ledger.js';
import { readRun, readRuns, runFile, unfinishedOf } from './run-record.js';

const start: Omit<RunStart, 'runner'> = {
  ...{ at: '2026-11-21T06:00:00.000Z', run: '20261121-060000-0001', command: 'tenantry migrate --all' },
  ...{ verb: 'migrate' as const, release: '1', migrations: {}, tenants: ['acme', 'zed'], request: {} },
};
const done = { name: 'acme', state: 'done', error: null } as const;

describe('the record of a run', () => {
  let state: string;
  let paths: HomePaths;

  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), 'runs-'));
    paths = { state } as HomePaths;
  });
  afterEach(() => rmSync(state, { recursive: true, force: true }));

  async function endTenant(ledger: RunLedger): Promise<void> {
    const entry = { event: 'tenant ended', at: start.at, tenant: 'acme', outcome: done } as const;
    await ledger.append(entry, { isDurable: false });
  }

  it('tells what was done, and which process works on it', async () => {
    const ledger = RunLedger.start(paths, start);
    await endTenant(ledger);
    expect(readRun(paths, start.run)).toMatchObject({ state: 'running', endedAt: null });
    expect(unfinishedOf(readRun(paths, start.run))).toEqual(['zed']);
    await ledger.append({ event: 'ended', at: start.at }, { isDurable: true });
    ledger.close();
    expect(readRun(paths, start.run)).toMatchObject({ state: 'interrupted', endedAt: start.at });
  });

  it('comes first when it is the newest, also of those that began in the same second', () => {
    const begun = [
      ['20261121-060000-ffff', '2026-11-21T06:00:00.100Z'],
      ['20261121-060000-0001', '2026-11-21T06:00:00.900Z'],
      ['20261121-060001-5555', '2026-11-21T06:00:01.000Z'],
    ];
    for (const [run = '', at = ''] of begun) RunLedger.start(paths, { ...start, run, at }).close();
    const newest = (count: number): string[] =>
      readRuns(paths, count).map((record) => record.start.run.slice(-4));
    expect([newest(9), newest(2)]).toEqual([
      ['5555', '0001', 'ffff'],
      ['5555', '0001'],
    ]);
  });

  it('survives being cut off anywhere: each beginning of it can be read and gone on with', async () => {
    const ledger = RunLedger.start(paths, start);
    await endTenant(ledger);
    ledger.close();
    const whole = readFileSync(runFile(paths, start.run));
    const firstLine = whole.indexOf('\n');
    for (let length = 0; length <= whole.length; length += 7) {
      writeFileSync(runFile(paths, start.run), whole.subarray(0, length));
      if (length < firstLine) {
        expect(readRuns(paths, 9)).toEqual([]);
        continue;
      }
      const again = RunLedger.resume(paths, start.run, start.at);
      await endTenant(again);
      again.close();
      expect([length, [...readRun(paths, start.run).outcomes.keys()]]).toEqual([length, ['acme']]);
    }
  });

  it('takes a process that is no more for gone, and a reused pid too', () => {
    RunLedger.start(paths, start).close();
    const text = readFileSync(runFile(paths, start.run), 'utf8');
    const { startTime } = (JSON.parse(text) as { runner: { startTime: string } }).runner;
    writeFileSync(runFile(paths, start.run), text.replace(`"${startTime}"`, '"another"'));
    expect(readRun(paths, start.run).state).toBe('interrupted');
  });

  it('is found by its id only', () => {
    mkdirSync(join(state, 'runs'));
    writeFileSync(join(state, 'secret.jsonl'), '{}');
    for (const run of ['nope', '../secret', '']) {
      expect(() => readRun(paths, run)).toThrow(`run ${run}: there is no record of it.`);
    }
  });
});
