import { describe, expect, it } from '@jest/globals';
import { errorOf } from '../test-home.js';
import { toPlain } from './entry.js';
import { parseYaml } from './parse-yaml.js';

const parse = (content: string | Buffer): unknown =>
  toPlain(parseYaml({ name: 'x.yaml', bytes: Buffer.from(content) }));

function laughs(levels: number): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level <= levels; level++) {
    lines.push(`a${level}: &a${level} [${Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ')}]`);
  }
  return lines.join('\n');
}

describe('a broken YAML file', () => {
  it.each<readonly [name: string, content: string | Buffer, message: string]>([
    ['a tab', 'site:\n\ttitle: x', ':2: a tab is used as indentation, where YAML wants spaces.'],
    ['a key set twice', 'a: 1\nb: 2\na: 3', ':3: a: is set twice, first in line 1.'],
    ['a nested key set twice', 'a:\n  b: 1\n  b: 2', ':3: a.b: is set twice, first in line 2.'],
    [
      'two values in a line',
      'a: b: c',
      ':1: is not valid YAML: a second ":" in a line wants quotes around the value.',
    ],
    [
      'an open bracket',
      'a: [1, 2',
      ':1: is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ].',
    ],
    ['an open quote', 'a: 1\nb: "x', ':2: is not valid YAML: Missing closing "quote.'],
    ['two documents', 'a: 1\n---\nb: 2', ':2: holds more than one YAML document.'],
    ['a tag', 'a: !secret x', ':1: a tag such as !name is not allowed.'],
    ['NUL', 'a: 1\nb: \u0000', ':2: holds the character U+0000 (NUL).'],
    ['a control character', 'a: \u0007', ':1: holds the character U+0007.'],
    ['a byte order mark inside', 'a: 1\nb: \uFEFFx', ':2: holds the character U+FEFF.'],
    [
      'no UTF-8',
      Buffer.from([0x61, 0x3a, 0x20, 0x31, 0x0a, 0x62, 0x3a, 0x20, 0xff, 0xfe]),
      ':2: is not valid UTF-8.',
    ],
    ['UTF-16', Buffer.from('\uFEFFa: 1', 'utf16le'), ':1: is not valid UTF-8.'],
    ['an unknown alias', 'a: *b', ':1: a: refers to an anchor that is not set above.'],
    ['an alias of itself', 'a: &a [*a]', ':1: a.0: refers to an anchor that is not set above.'],
    ['aliases that explode', laughs(8), ':5: a4.1: the file expands to more than 20000 values.'],
    ['a mapping as key', '? {a: 1}\n: 2', ':1: expected a word as key, found a list.'],
    ['no key', ': 2', ':1: expected a word as key, found nothing.'],
    ['a prototype key in a list', 'a:\n  - constructor: 1', ':2: a.0.constructor: this key is not allowed.'],
    ['deep nesting', `a: ${'['.repeat(40)}${']'.repeat(40)}`, ':1: a.0.0.0'],
  ])('with %s', (_name, content, message) => {
    const error = errorOf(() => parse(content));
    expect(error.message.slice(0, message.length + 6)).toBe(`x.yaml${message}`);
    expect(error.exitCode).toBe(78);
  });

  it('of 60 KB in one bracket after the other ends soon', () => {
    const started = performance.now();
    errorOf(() => parse('['.repeat(60_000)));
    errorOf(() => parse('a: '.repeat(20_000)));
    errorOf(() => parse(Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n')));
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('a good YAML file', () => {
  it('may begin with a byte order mark and end its lines with CR LF', () => {
    expect(parse('\uFEFFa: 1\r\nb:\r\n  - x\r\n')).toEqual({ a: 1, b: ['x'] });
  });

  it('may use aliases within bounds', () => {
    expect(parse('a: &x { k: [1] }\nb: *x')).toEqual({ a: { k: [1] }, b: { k: [1] } });
  });

  it('reads the words of YAML 1.1 as text', () => {
    expect(parse('a: yes\nb: 2024-01-01\nc: 012\nd: on')).toEqual({
      a: 'yes',
      b: '2024-01-01',
      c: 12,
      d: 'on',
    });
  });

  it('takes numbers as keys for the words that they are', () => {
    expect(parse('404: x\ntrue: y')).toEqual({ '404': 'x', true: 'y' });
  });
});
