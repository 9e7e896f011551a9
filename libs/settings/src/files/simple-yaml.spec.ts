import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { InvalidSettings } from './problem.js';
import { parseWholeYaml } from './parse-yaml.js';
import { readSimpleYaml } from './simple-yaml.js';

const whole = (text: string) => parseWholeYaml({ name: 'x.yaml' }, text);

describe('simple YAML', () => {
  it.each<readonly [name: string, text: string]>([
    ['an overlay as `tenant create` writes it', 'hosts:\n  - acme.test\nsite:\n  title: Acme & Sons\n'],
    ['secrets', '# Keep it.\ndatabase:\n  ownerPassword: a-b_C9\n  runtimePassword: "x #y: z"\n'],
    ['brackets', "a: [b, 'c''d', [-1], {}] # e\nb: { c: 0, d: { e: [] }, f: true }\n"],
    ['only brackets', '# c\n{ a: 1 }'],
    ['nothing below a key', 'a:\nb: # c\n\nc:\n  d:\n'],
    ['lists right below their key', 'a:\n- b\n- 1\nc: 2'],
    ['words that are no text', 'a: true\nb: Null\nc: FALSE\nd: 12\ne: yes\nf: 30s\ng: 127.0.0.1\nh: /x:y'],
    ['brackets in the line below their key', 'a:\n  b:\n    { c: 1, d: [e] } # f\n  g:\n    [h, i]\nj: 1\n'],
    ['operators', 'a: { $append: [b], $remove: [c] }\nd:\n  $unset: true\n$e: f\n'],
    ['comments and indentation', 'a: b #c\n #d\n\n   # e\nf:\n    g: h#i   \n'],
  ])('reads %s as the whole parser does', (_name, text) => {
    const entry = readSimpleYaml(text);
    expect(entry).toBeDefined();
    expect(entry).toEqual(whole(text));
  });

  it.each([
    ...['', '# c', 'a', '- a', ' a: 1', 'a: b: c', 'a: b\n c', 'a: &x b', 'a: *x', 'a: !t b', 'a: |\n b'],
    ...['a: 1\na: 2', 'a: b\n- c', 'a:\n  - b\n c: d', 'a:\n    b: 1\n  c: 2', '---\na: 1', 'a: 1\n...'],
    ...['a: 012', 'a: 1.5', 'a: 0x1', 'a: .inf', 'a: ~', 'a: -', 'a: "b\\n"', 'a: "b', "a: 'b' c", 'a:\tb'],
    ...['a: [b', 'a: [b,]', 'a: [b c: d]', 'a: {b}', 'a: {b: }', 'a: [b]c', 'a: [b]#c', 'a: {b: 1, b: 2}'],
    ...['a:\n{b: 1}', 'a:\n  { b: 1 }\n  c: 2', 'a:\n  { b: 1,\n  c: 2 }', 'a:\n  [b]: c', '$: 1', '$$a: 1'],
    ...['__proto__: 1', 'a: { constructor: 1 }', 'true: 1', '1: 2', 'a:\n  - b: c', 'a:\n  -\n', 'a: 1\r\n'],
  ])('leaves %j to the whole parser', (text) => {
    expect(readSimpleYaml(text)).toBeUndefined();
  });

  it('is read as the whole parser does, whatever is put together', () => {
    const piece = fc.constantFrom(
      ...[
        'a',
        'b',
        'title',
        '_x',
        'k-1',
        '$a',
        '$',
        'true',
        'null',
        '~',
        '12',
        '-3',
        '007',
        '1e3',
        '.5',
        '1.2.3',
        '0x1f',
      ],
      ...[
        ': ',
        ':',
        '- ',
        '-',
        ', ',
        ',',
        '[',
        ']',
        '{',
        '}',
        '"',
        "'",
        "''",
        '#',
        ' #',
        '\\',
        '&',
        '*',
        '!',
      ],
      ...[
        '\n',
        '\n',
        '\n  ',
        '\n  ',
        '\n    ',
        '\n  {',
        '\n    [',
        '\n- ',
        '\n  - ',
        ' ',
        '  ',
        '|',
        '>',
        '?',
        '%',
        '@',
        '`',
        '=',
      ],
      ...[
        '\u00e9',
        '\u00a0',
        '\u0085',
        '\u2028',
        '.',
        '/',
        '<<',
        '---',
        '...',
        'a: ',
        'b: ',
        'c:\n  ',
        'd: {e: ',
      ],
    );
    let simple = 0;
    const same = fc.property(
      fc.array(piece, { maxLength: 14 }),
      fc.constantFrom('', 'a: '),
      (pieces, start) => {
        const text = start + pieces.join('');
        const entry = readSimpleYaml(text);
        if (entry === undefined) return;
        simple += 1;
        expect(entry).toEqual(whole(text));
      },
    );
    fc.assert(same, { numRuns: 100 * Number(process.env['FUZZ_RUNS'] ?? 300) });
    expect(simple).toBeGreaterThan(100);
  });

  it('leaves to the whole parser what that one refuses for its depth or size', () => {
    const deep = Array.from({ length: 40 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n');
    const wide = `a: [${'1,'.repeat(25_000)}1]`;
    for (const text of [deep, wide, `a: ${'['.repeat(35)}${']'.repeat(35)}`]) {
      expect(readSimpleYaml(text)).toBeUndefined();
      expect(() => whole(text)).toThrow(InvalidSettings);
    }
  });
});
