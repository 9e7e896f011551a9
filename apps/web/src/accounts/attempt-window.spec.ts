import { beforeEach, describe, expect, it } from '@jest/globals';
import { AttemptWindow } from './attempt-window.js';

describe('a window of attempts', () => {
  let nowMs: number;
  let attempts: AttemptWindow;

  beforeEach(() => {
    nowMs = 1000;
    attempts = new AttemptWindow({ limit: 3, windowMs: 100, now: () => nowMs });
  });

  const add = (key: string, times: number) => {
    for (let time = 0; time < times; time += 1) attempts.add(key);
  };

  it('lets so many pass and then says how long to wait', () => {
    add('a', 2);
    expect(attempts.waitMs('a')).toBe(0);
    nowMs += 40;
    attempts.add('a');
    expect(attempts.waitMs('a')).toBe(60);
    expect(attempts.waitMs('b')).toBe(0);
  });

  it('slides: each attempt counts for itself', () => {
    attempts.add('a');
    nowMs += 50;
    add('a', 2);
    nowMs += 51;
    expect(attempts.waitMs('a')).toBe(0);
    attempts.add('a');
    expect(attempts.waitMs('a')).toBe(49);
  });

  it('forgets on request', () => {
    add('a', 3);
    attempts.forget('a');
    expect(attempts.waitMs('a')).toBe(0);
  });

  it('remembers a bounded number of keys, the latest ones', () => {
    add('first', 3);
    for (let key = 0; key < 10_000; key += 1) attempts.add(`key ${key}`);
    add('last', 3);
    expect(attempts.waitMs('first')).toBe(0);
    expect(attempts.waitMs('last')).toBeGreaterThan(0);
  });
});
