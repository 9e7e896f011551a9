import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { endOrphans } from './orphans.js';
import { endProcesses, readPidFile, writePidFile } from './pid-file.js';
import { processIsAlive, processStartTime, rssBytes } from './process-table.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pids-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function startSleeper(): Promise<{ pid: number; startTime: string }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  return { pid, startTime: processStartTime(pid) ?? '' };
}

describe('a process', () => {
  it('is known by pid and start time together', () => {
    const startTime = processStartTime(process.pid);
    expect(startTime).toBeDefined();
    expect(processStartTime(process.pid)).toBe(startTime);
    expect(processIsAlive(process.pid, startTime ?? '')).toBe(true);
    expect(processIsAlive(process.pid, 'another')).toBe(false);
    expect(processStartTime(process.ppid)).not.toBe(startTime);
  });

  it('that is none has neither start time nor memory', () => {
    for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 30]) {
      expect(processStartTime(pid)).toBeUndefined();
      expect(rssBytes(pid)).toBeUndefined();
    }
  });

  it('uses memory, in bytes', () => {
    const rss = rssBytes(process.pid) ?? 0;
    expect(rss).toBeGreaterThan(10 * 1024 * 1024);
    expect(rss).toBeLessThan(4 * 1024 * 1024 * 1024);
  });
});

describe('a pid file', () => {
  it('lists all processes and is gone when there are none', () => {
    const file = join(folder, 'deep', 'acme.pid');
    const processes = [
      { pid: 1, startTime: 'a' },
      { pid: 2, startTime: 'b' },
    ];
    writePidFile(file, processes);
    expect(readPidFile(file)).toEqual(processes);
    writePidFile(file, []);
    expect(existsSync(file)).toBe(false);
    expect(readPidFile(file)).toEqual([]);
  });

  it.each(['', '123\n', '{"processes":3}', '{"processes":[{"pid":"1"},null,{"pid":1}]}'])(
    'that says %j names nobody',
    (content) => {
      const file = join(folder, 'acme.pid');
      writeFileSync(file, content);
      expect(readPidFile(file)).toEqual([]);
    },
  );

  it('has exactly its own processes ended', async () => {
    const [mine, reused] = await Promise.all([startSleeper(), startSleeper()]);
    expect(await endProcesses([mine, { ...reused, startTime: 'earlier' }], 1_000)).toEqual([mine.pid]);
    expect(processIsAlive(mine.pid, mine.startTime)).toBe(false);
    expect(processIsAlive(reused.pid, reused.startTime)).toBe(true);
    await endProcesses([reused], 1_000);
  });

  it('is told from other files when orphans are looked for', async () => {
    const orphan = await startSleeper();
    writePidFile(join(folder, 'acme.json'), [orphan]);
    writePidFile(join(folder, 'zed.pid'), [{ pid: process.pid, startTime: 'earlier' }]);
    writeFileSync(join(folder, 'postgres.json'), '{"port":5433}');
    const reports: string[] = [];
    const search = { folder, graceMs: 1_000, report: (line: string) => void reports.push(line) };
    expect(await endOrphans(search)).toEqual([orphan.pid]);
    expect(reports).toEqual([`Ended 1 left-over tenant processes: ${orphan.pid}.`]);
    expect(existsSync(join(folder, 'acme.json'))).toBe(false);
    expect(readFileSync(join(folder, 'postgres.json'), 'utf8')).toBe('{"port":5433}');
    expect(await endOrphans({ ...search, folder: join(folder, 'none') })).toEqual([]);
  });
});
