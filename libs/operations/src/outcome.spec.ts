import { describe, expect, it } from '@jest/globals';
import { SettingsError } from '#libs/settings';
import { type TenantOutcome, exitCodeOf, forEachOf } from './outcome.js';

const done = (name: string): TenantOutcome => ({ name, state: 'done', error: null });
const failed = (name: string): TenantOutcome => ({ name, state: 'failed', error: 'x' });

describe('exitCodeOf', () => {
  it.each([
    ['all done', [done('a'), done('b')], undefined, 0],
    ['nothing to do', [], undefined, 0],
    ['some failed', [done('a'), failed('b')], undefined, 3],
    ['all of several failed', [failed('a'), failed('b')], new SettingsError('x'), 1],
    ['the only one failed, for a reason with its own code', [failed('a')], new SettingsError('x'), 78],
    [
      'one was not reached',
      [done('a'), { name: 'b', state: 'not reached', error: null } as const],
      undefined,
      3,
    ],
  ])('%s', (_what, outcomes, error, code) => {
    expect(exitCodeOf(outcomes, error)).toBe(code);
  });
});

describe('forEachOf', () => {
  it('reaches every item, and works on no more than so many at a time', async () => {
    const reached: number[] = [];
    let inside = 0;
    let most = 0;
    await forEachOf([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 8 - item));
      inside -= 1;
      reached.push(item);
    });
    expect(reached.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });
});
