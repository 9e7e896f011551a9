import { describe, expect, it } from '@jest/globals';

import { createHostMatcher, hostOfHeader } from './host-patterns.js';

describe('hostOfHeader', () => {
  it.each([
    ['acme.test', 'acme.test'],
    ['ACME.Test', 'acme.test'],
    ['acme.test:8080', 'acme.test'],
    ['acme.test.', 'acme.test'],
    ['acme.test.:8080', 'acme.test'],
    ['localhost', 'localhost'],
    ['127.0.0.1:3000', '127.0.0.1'],
    ['[::1]', '[::1]'],
    ['[::1]:3000', '[::1]'],
    ['[2001:DB8::A]:3000', '[2001:db8::a]'],
    ['my_host.test', 'my_host.test'],
  ])('reads %s as %s', (header, host) => {
    expect(hostOfHeader(header)).toBe(host);
  });

  it.each([
    [undefined],
    [''],
    ['.'],
    ['acme.test..'],
    ['acme.test:'],
    ['acme.test:abc'],
    ['acme.test:1:2'],
    ['::1'],
    ['[::1'],
    ['[::1]x'],
    ['acme.test/admin'],
    ['user@acme.test'],
    ['acme.test#.evil.test'],
    ['acme.test evil.test'],
    ['acme.test,evil.test'],
    ['-acme.test'],
    ['acme.test\u0000'],
    ['a'.repeat(300)],
  ])('refuses %j', (header) => {
    expect(hostOfHeader(header)).toBeUndefined();
  });
});

describe('createHostMatcher', () => {
  const matches = createHostMatcher(['acme.test', '.Example.app', '[::1]']);

  it.each([
    ['acme.test', true],
    ['example.app', true],
    ['shop.example.app', true],
    ['a.b.example.app', true],
    ['[::1]', true],
    ['www.acme.test', false],
    ['notexample.app', false],
    ['example.app.evil.test', false],
    ['acme.test.evil.test', false],
    ['evil-acme.test', false],
    ['liberty.test', false],
    ['*', false],
  ])('%s: %s', (host, expected) => {
    expect(matches(host)).toBe(expected);
  });

  it('matches nothing without patterns', () => {
    expect(createHostMatcher([])('acme.test')).toBe(false);
  });

  it('does not take "*" for every host', () => {
    expect(createHostMatcher(['*'])('acme.test')).toBe(false);
  });
});
