import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { followLog, logSize, openLog, readLogSince, readLogTail, rotateLog } from './tenant-log.js';
import { closeSync, writeSync } from 'node:fs';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'));
  file = join(folder, 'log', 'acme.log');
  closeSync(openLog(file));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function lines(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`).join('');
}

describe('the end of a log', () => {
  it('is read backwards, however long the log', async () => {
    appendFileSync(file, lines(1, 50_000));
    expect(await readLogTail(file, 3)).toEqual(['line 49998', 'line 49999', 'line 50000']);
    expect(await readLogTail(file, 20_000)).toHaveLength(20_000);
  });

  it('is all of it when that is less', async () => {
    appendFileSync(file, 'one\ntwo');
    expect(await readLogTail(file, 10)).toEqual(['one', 'two']);
  });

  it('reaches back into the rotated one', async () => {
    appendFileSync(file, lines(1, 5));
    rotateLog(file, 1);
    appendFileSync(file, lines(6, 7));
    expect(await readLogTail(file, 4)).toEqual(['line 4', 'line 5', 'line 6', 'line 7']);
  });

  it('is nothing where there is no log', async () => {
    expect(await readLogTail(join(folder, 'none.log'), 10)).toEqual([]);
    expect(await readLogTail(file, 0)).toEqual([]);
  });

  it('since an offset is all of it when it was rotated meanwhile', async () => {
    appendFileSync(file, lines(1, 3));
    const offset = logSize(file);
    appendFileSync(file, 'new\n');
    expect(await readLogSince(file, offset)).toEqual(['new']);
    rotateLog(file, 1);
    appendFileSync(file, 'newer\n');
    expect(await readLogSince(file, offset)).toEqual(['newer']);
  });
});

describe('rotation', () => {
  it('bounds a log that a process goes on writing to, and keeps what was written', () => {
    const descriptor = openLog(file);
    writeSync(descriptor, 'first\n');
    expect(rotateLog(file, 6)).toBe(true);
    writeSync(descriptor, 'second\n');
    expect(rotateLog(file, 6)).toBe(true);
    writeSync(descriptor, 'third\n');
    closeSync(descriptor);
    const contents = [file, `${file}.1`, `${file}.2`].map((name) => readFileSync(name, 'utf8'));
    expect(contents).toEqual(['third\n', 'second\n', 'first\n']);
  });

  it('leaves a short log alone', () => {
    writeFileSync(file, 'short');
    expect(rotateLog(file, 6)).toBe(false);
    expect(rotateLog(join(folder, 'none.log'), 6)).toBe(false);
  });
});

describe('following', () => {
  it('yields what is appended from now on, whole lines only, also across a rotation', async () => {
    appendFileSync(file, 'before\n');
    const stop = new AbortController();
    const followed = followLog(file, stop.signal);
    const first = followed.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    appendFileSync(file, 'hä');
    appendFileSync(file, 'lf\nmore\n');
    expect([(await first).value, (await followed.next()).value]).toEqual(['hälf', 'more']);
    appendFileSync(file, 'last of the old\n');
    rotateLog(file, 1);
    appendFileSync(file, 'x\n');
    expect([(await followed.next()).value, (await followed.next()).value]).toEqual(['last of the old', 'x']);
    stop.abort();
    expect((await followed.next()).done).toBe(true);
  });
});
