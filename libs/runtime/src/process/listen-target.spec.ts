import { describe, expect, it } from '@jest/globals';

import { listenTarget } from './listen-target.js';

const http = { socket: '/run/acme.sock', port: 8080, host: '127.0.0.1' };

describe('listenTarget', () => {
  it('refuses more than one inherited socket', () => {
    const env = { LISTEN_FDS: '2', LISTEN_PID: '7' };
    expect(() => listenTarget({ tenant: 'acme', env, pid: 7, http })).toThrow(
      'acme: expected one inherited socket, found LISTEN_FDS=2.',
    );
  });

  it.each([
    ['meant for another process', { LISTEN_FDS: '1', LISTEN_PID: '6' }],
    ['that are none', { LISTEN_FDS: '0' }],
    ['that are empty', { LISTEN_FDS: '' }],
  ])('ignores inherited sockets %s', (_name, env) => {
    expect(listenTarget({ tenant: 'acme', env, pid: 7, http })).toEqual({
      kind: 'socket',
      path: '/run/acme.sock',
    });
  });

  it("listens beside its tenant's first process where it is another", () => {
    const of = (worker: string): unknown =>
      listenTarget({ tenant: 'acme', env: { TENANT_WORKER: worker }, pid: 7, http });
    expect(of('1')).toEqual({ kind: 'socket', path: '/run/acme.sock' });
    expect(of('3')).toEqual({ kind: 'socket', path: '/run/acme.3' });
    expect(() => of('../3')).toThrow('acme: TENANT_WORKER: expected a number from 1 to 99, found "../3".');
  });

  it('takes the port where no socket is set', () => {
    const target = listenTarget({ tenant: 'acme', env: {}, pid: 7, http: { port: 8080, host: '::1' } });
    expect(target).toEqual({ kind: 'port', host: '::1', port: 8080 });
  });

  it('refuses a socket path that no socket address holds', () => {
    const socket = `/run/${'x'.repeat(200)}.sock`;
    expect(() => listenTarget({ tenant: 'acme', env: {}, pid: 7, http: { ...http, socket } })).toThrow(
      /^acme: http\.socket: expected a path of at most 10[37] bytes, found 210: \/run\/x+\.sock$/,
    );
  });

  it('refuses settings that name neither', () => {
    expect(() => listenTarget({ tenant: 'acme', env: {}, pid: 7, http: { host: '::1' } })).toThrow(
      'acme: no inherited socket, http.socket or http.port to listen on.',
    );
  });
});
