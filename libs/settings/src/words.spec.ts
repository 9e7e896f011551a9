import { describe, expect, it } from '@jest/globals';
import { nearest } from './nearest.js';
import { parseBytes, parseDuration } from './units.js';

describe('the nearest word', () => {
  const known = ['acme', 'liberty', 'zed', 'site.title', '$append'];
  it.each([
    ['acem', 'acme'],
    ['ACME', 'acme'],
    ['libery', 'liberty'],
    ['$apend', '$append'],
    ['zd', 'zed'],
    ['qqqq', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ])('to %j is %j', (word, expected) => {
    expect(nearest(word.slice(0, 200), known)).toBe(expected);
  });
});

describe('units', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5h', 5_400_000],
    ['7d', 604_800_000],
    ['0', 0],
    ['30', undefined],
    ['-1s', undefined],
    ['1 week', undefined],
    ['1constructor', undefined],
  ])('%j is %j milliseconds', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each([
    ['512B', 512],
    ['64KB', 65_536],
    ['10mb', 10_485_760],
    ['1.5 GB', 1_610_612_736],
    ['10MiB', undefined],
    ['10', undefined],
    ['ten MB', undefined],
  ])('%j is %j bytes', (text, expected) => {
    expect(parseBytes(text)).toBe(expected);
  });
});
