import { describe, expect, it } from '@jest/globals';
import { widthFor } from './lanes.js';
import { parseShare, shareOf, toWaves } from './waves.js';

describe('shares of a fleet', () => {
  it('are numbers or percentages', () => {
    expect(shareOf(parseShare('wave', '7'), 20)).toBe(7);
    expect(shareOf(parseShare('wave', '10%'), 25)).toBe(2);
    for (const text of ['', '-1', '1.5', '101%', 'ten']) {
      expect(() => parseShare('wave', text)).toThrow(
        `--wave: expected a number or a percentage, found "${text}".`,
      );
    }
  });

  it('cut it into waves, of one tenant at least', () => {
    const names = Array.from({ length: 5 }, (_, index) => index);
    expect(toWaves(names, undefined)).toEqual([names]);
    expect(toWaves(names, { value: 2, isPercent: false })).toEqual([[0, 1], [2, 3], [4]]);
    expect(toWaves(names, { value: 1, isPercent: true })).toHaveLength(5);
    expect(toWaves([], { value: 10, isPercent: true })).toEqual([[]]);
  });
});

describe('widthFor', () => {
  it('leaves what running tenants may use', () => {
    expect(widthFor({ usable: 97, used: 20 }, 90, undefined)).toBe(7);
    expect(widthFor({ usable: 97, used: 20 }, 30, undefined)).toBe(16);
    expect(widthFor({ usable: 97, used: 20 }, 30, 40)).toBe(40);
    expect(widthFor({ usable: 97, used: 20 }, 90, 40)).toBe(7);
  });

  it('takes a quarter of what is free where more is promised than there is, and one at least', () => {
    expect(widthFor({ usable: 97, used: 57 }, 1000, undefined)).toBe(10);
    expect(widthFor({ usable: 97, used: 97 }, 1000, undefined)).toBe(1);
  });
});
