import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { isOperatorsPath, readTarget } from './request-target.js';

function target(url: string, ...hosts: string[]): ReturnType<typeof readTarget> {
  const rawHeaders = hosts.flatMap((host) => ['Host', host]);
  const headers = hosts[0] === undefined ? {} : { host: hosts[0] };
  return readTarget({ url, headers, rawHeaders } as IncomingMessage);
}

describe('a request', () => {
  it.each([
    ['acme.localhost', 'acme.localhost'],
    ['ACME.Localhost:8080', 'acme.localhost'],
    ['acme.localhost.:80', 'acme.localhost'],
    ['[::1]:8080', '[::1]'],
    ['127.0.0.1', '127.0.0.1'],
  ])('to %s is for %s', (host, hostname) => {
    expect(target('/x?y', host)).toEqual({ hostname, authority: host, url: '/x?y' });
  });

  it.each(['', 'a b', 'acme/evil', 'user@acme', 'acme:port', 'acme:1:2', 'ácme', '.', 'acme"'])(
    'to %j is for nobody',
    (host) => {
      expect(target('/', host)).toBeUndefined();
    },
  );

  it('with two hosts, or none, is for nobody', () => {
    expect(target('/', 'acme', 'liberty')).toBeUndefined();
    expect(target('/')).toBeUndefined();
  });

  it('by absolute address is for that address', () => {
    expect(target('http://liberty:80/a?b', 'acme')).toEqual({
      hostname: 'liberty',
      authority: 'liberty:80',
      url: '/a?b',
    });
    expect(target('HTTP://liberty', 'acme')).toMatchObject({ hostname: 'liberty', url: '/' });
    expect(target('http://liberty?q', 'acme')).toMatchObject({ url: '/?q' });
    expect(target('http://user@liberty/', 'acme')).toBeUndefined();
    expect(target('ftp://liberty/', 'acme')).toBeUndefined();
    expect(target('*', 'acme')).toBeUndefined();
  });
});

describe('paths for the operator', () => {
  it.each([
    '/health/live',
    '/health/',
    '/metrics',
    '/metrics?x',
    '/metrics/',
    '//metrics',
    '/%2e/metrics',
    '/%6Detrics',
    '/a/%2e%2e/health/x',
    '\\health/x',
  ])('include %s', (path) => expect(isOperatorsPath(path)).toBe(true));

  it.each([
    '/',
    '/health',
    '/healthy',
    '/metricsx',
    '/a/metrics',
    '/?/metrics',
    '/%',
    '/%E0%A4%A',
    '/a?next=/health/live',
  ])('do not include %s', (path) => expect(isOperatorsPath(path)).toBe(false));
});
