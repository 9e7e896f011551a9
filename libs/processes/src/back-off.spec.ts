import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BackOff } from './back-off.js';

let backOff: BackOff;

beforeEach(() => {
  jest.useFakeTimers();
  backOff = new BackOff(() => new Date());
});

afterEach(() => {
  jest.useRealTimers();
});

describe('backing off', () => {
  it('doubles from 0.2 s to at most 30 s', () => {
    const waits = Array.from({ length: 10 }, () => backOff.schedule(() => undefined));
    expect(waits).toEqual([200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
    for (let count = 0; count < 2_000; count += 1) backOff.schedule(() => undefined);
    expect(backOff.schedule(() => undefined)).toBe(30_000);
  });

  it('tries once, after the wait', () => {
    const attempt = jest.fn();
    backOff.schedule(attempt);
    jest.advanceTimersByTime(199);
    expect(backOff.remainingMs).toBe(1);
    expect(attempt).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(attempt).toHaveBeenCalledTimes(1);
    expect(backOff.remainingMs).toBeUndefined();
  });

  it('begins anew after a reset, and tries nothing that was called off', () => {
    const attempt = jest.fn();
    backOff.schedule(attempt);
    backOff.schedule(attempt);
    backOff.reset();
    jest.advanceTimersByTime(60_000);
    expect(attempt).not.toHaveBeenCalled();
    expect(backOff.schedule(attempt)).toBe(200);
  });
});
