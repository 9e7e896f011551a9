import { describe, expect, it } from '@jest/globals';

import { Secret } from '#libs/settings';

import { createScrubber } from './scrub.js';

describe('createScrubber', () => {
  const scrub = createScrubber({
    database: { runtimePassword: new Secret('p@ss"word') },
    list: [new Secret('hunter22'), new Secret('hunter22-longer'), new Secret('ab')],
    other: null,
  });

  it.each([
    ['a plain one', 'login with hunter22 failed', 'login with [secret] failed'],
    ['the longer of two', 'hunter22-longer', '[secret]'],
    ['one in JSON', String.raw`{"password":"p@ss\"word"}`, '{"password":"[secret]"}'],
    ['one in a URL', 'postgres://acme:p%40ss%22word@localhost', 'postgres://acme:[secret]@localhost'],
    ['all of several', 'hunter22 hunter22', '[secret] [secret]'],
    ['no ordinary word', 'about', 'about'],
  ])('replaces %s', (_name, text, expected) => {
    expect(scrub(text)).toBe(expected);
  });
});
