import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { type Screen, type TaskState, taskLines } from './task-text.js';

const stream = new PassThrough() as unknown as NodeJS.WriteStream;
const screen: Screen = { columns: 100, rows: 30, stream };
const state: TaskState = {
  total: 200,
  counts: { done: 98, failed: 2, skipped: 0 },
  atWork: [
    { tenant: 'acme', what: 'AddDueDate1700000000001', sinceMs: 3210 },
    { tenant: 'liberty', what: 'looking', sinceMs: 40 },
  ],
  elapsedMs: 5000,
};

describe('the list of tasks', () => {
  it('counts, tells the rate and the time left, and names who is at work with what', () => {
    expect(taskLines(state, screen)).toEqual([
      '██████████░░░░░░░░░░ 100 of 200 · 98 done, 2 failed, 100 left · 20/s, 5 s left',
      '  acme      3.2 s  AddDueDate1700000000001',
      '  liberty   0.0 s  looking',
    ]);
  });

  it('tells slow work by the minute', () => {
    const [line] = taskLines({ ...state, elapsedMs: 600_000 }, screen);
    expect(line).toContain('10/min, 10 min 0 s left');
  });

  it('tells no rate before some have ended', () => {
    const counts = { done: 4, failed: 0, skipped: 0 };
    expect(taskLines({ ...state, counts }, screen)[0]).toMatch(/4 done, 0 failed, 196 left$/);
  });

  it('is nowhere wider than the terminal, nor higher', () => {
    const many = Array.from({ length: 16 }, (_, index) => ({
      ...{ tenant: `tenant-${index}`, what: 'x'.repeat(90), sinceMs: 200_000 },
    }));
    const lines = taskLines({ ...state, atWork: many }, { columns: 40, rows: 10, stream });
    expect(lines).toHaveLength(8);
    for (const line of lines) expect(line.length).toBeLessThan(40);
    expect(lines.at(-1)).toBe('  … and 10 more at work');
    expect(taskLines({ ...state, atWork: many }, { columns: 40, rows: 3, stream })).toHaveLength(1);
  });
});
