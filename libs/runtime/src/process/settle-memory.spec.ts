import { EventEmitter } from 'node:events';

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { settleMemory } from './settle-memory.js';

const second = 1000;
const hour = 3600 * second;

describe('settling memory', () => {
  let server: EventEmitter<{ request: unknown[] }>;
  let isQuiet: boolean;
  /** When it collected, in seconds, and whether compiled code went as well. */
  let collected: [number, boolean][];

  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
    server = new EventEmitter();
    isQuiet = true;
    collected = [];
    const collect = ({ dropCode }: { dropCode: boolean }): void =>
      void collected.push([Date.now() / second, dropCode]);
    settleMemory({ server, isQuiet: () => isQuiet, collect });
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('drops the code of the start once, and does nothing more without visitors', () => {
    jest.advanceTimersByTime(hour);
    expect(collected).toEqual([[2, true]]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('keeps compiled code when it collects what visits have left behind', () => {
    jest.advanceTimersByTime(10 * second);
    for (let visit = 0; visit < 3; visit += 1) server.emit('request');
    jest.advanceTimersByTime(hour);
    expect(collected).toEqual([
      [2, true],
      [14, false],
    ]);
  });

  it('waits for a quiet moment, longer each time', () => {
    isQuiet = false;
    jest.advanceTimersByTime(13 * second);
    isQuiet = true;
    jest.advanceTimersByTime(hour);
    expect(collected).toEqual([[14, true]]);
  });

  it('does it every ten minutes where there are always visitors', () => {
    const visitors = setInterval(() => server.emit('request'), second);
    jest.advanceTimersByTime(2 * hour);
    clearInterval(visitors);
    const times = collected.map(([time]) => time);
    expect(times.slice(0, 4)).toEqual([2, 6, 14, 30]);
    expect(times.slice(-3).map((time, index) => time - (times.at(index - 4) ?? 0))).toEqual([600, 600, 600]);
  });
});
