import { describe, expect, it } from '@jest/globals';

import { Secret } from '#libs/settings';

import { Scrubber } from './scrub.js';

describe('Scrubber', () => {
  const { scrub } = new Scrubber({
    database: { runtimePassword: new Secret('p@ss"word') },
    list: [
      new Secret('hunter22'),
      new Secret('hunter22-longer'),
      new Secret('ab'),
      new Secret('KEY\nMIIEvgIBADANBgkqhkiG9\n+++'),
    ],
    other: null,
  });

  it.each([
    ['a plain one', 'login with hunter22 failed', 'login with [secret] failed'],
    ['the longer of two', 'hunter22-longer', '[secret]'],
    ['one in JSON', String.raw`{"password":"p@ss\"word"}`, '{"password":"[secret]"}'],
    [
      'one in JSON in JSON',
      JSON.stringify(String.raw`{"pw":"p@ss\"word"}`),
      String.raw`"{\"pw\":\"[secret]\"}"`,
    ],
    ['one in a URL', 'postgres://acme:p%40ss%22word@localhost', 'postgres://acme:[secret]@localhost'],
    ['all of several', 'hunter22 hunter22', '[secret] [secret]'],
    ['a key line by line', '  MIIEvgIBADANBgkqhkiG9\n  +++', '  [secret]\n  +++'],
    ['no ordinary word', 'about', 'about'],
  ])('replaces %s', (_name, text, expected) => {
    expect(scrub(text)).toBe(expected);
  });

  it('learns new ones and forgets none', () => {
    const scrubber = new Scrubber({ runtimePassword: new Secret('old-password') });
    const { scrub: kept } = scrubber;
    expect(kept('old-password new-password')).toBe('[secret] new-password');
    scrubber.learn({ runtimePassword: new Secret('new-password'), next: new Secret('new-password-next') });
    expect(kept('old-password new-password new-password-next')).toBe('[secret] [secret] [secret]');
  });
});
