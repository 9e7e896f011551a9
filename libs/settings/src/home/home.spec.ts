import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errorOf, TestHome } from '../test-home.js';
import { findHome } from './find.js';
import { serverAddress } from './server-address.js';

let home: TestHome;
beforeEach(() => {
  home = new TestHome();
});
afterEach(() => home.remove());

describe('finding a home', () => {
  it('takes TENANTRY_HOME, else the nearest parent that holds tenantry.yaml', () => {
    const deep = join(home.dir, 'apps/web/src');
    mkdirSync(deep, { recursive: true });
    expect(findHome({ env: {}, cwd: deep })).toBe(home.dir);
    expect(findHome({ env: { TENANTRY_HOME: home.dir }, cwd: '/' })).toBe(home.dir);
    expect(findHome({ env: { TENANTRY_HOME: '..' }, cwd: join(home.dir, 'apps') })).toBe(home.dir);
  });

  it('says what to do where there is none', () => {
    const nowhere = errorOf(() => findHome({ env: {}, cwd: '/usr' }));
    expect(nowhere).toMatchObject({
      message: '/usr: neither this folder nor one above it holds tenantry.yaml.',
      code: 'NO_HOME',
      exitCode: 2,
      hint: 'Go to a home, set TENANTRY_HOME, or make one: tenantry init DIR',
    });
    const named = errorOf(() => findHome({ env: { TENANTRY_HOME: '/usr' }, cwd: home.dir }));
    expect(named.message).toBe('TENANTRY_HOME: /usr holds no tenantry.yaml.');
  });
});

describe('opening a home', () => {
  it('has one embedded server and a loopback gateway unless told otherwise', () => {
    const { paths, host } = home.open();
    expect(paths).toMatchObject({
      home: home.dir,
      tenants: join(home.dir, 'tenants'),
      sockets: join(home.dir, 'run'),
    });
    expect(host.postgres.default).toBe('main');
    expect(host.postgres.servers['main']).toMatchObject({
      name: 'main',
      embedded: true,
      user: 'postgres',
      ssl: 'off',
    });
    expect(host.gateway).toEqual({ host: '127.0.0.1', port: 8080, trustedProxies: [] });
  });

  it('adds the passwords of secrets.yaml and moves folders', () => {
    home.write({
      'tenantry.yaml':
        'postgres: { servers: { big: { host: db.test, ssl: verify } } }\npaths: { tenants: shared/tenants }',
      'secrets.yaml': 'postgres: { servers: { big: { password: hunter2 } } }',
    });
    const { paths, host } = home.open();
    expect(paths.tenants).toBe(join(home.dir, 'shared/tenants'));
    expect(host.postgres.servers['big']?.password?.reveal()).toBe('hunter2');
    expect(inspect(host, { depth: 9 })).not.toContain('hunter2');
    expect(Object.isFrozen(host.postgres.servers)).toBe(true);
  });

  it("takes files of certificates and of a pooler's logins as relative to the home", () => {
    home.write({
      'tenantry.yaml': `postgres: { servers: { big: { host: db.test, ssl: verify, caFile: ca.pem, certFile: me.crt, keyFile: /etc/me.key,
        pooler: { host: /run/pgbouncer, mode: transaction, authFile: run/users.txt, user: boss } } } }`,
      'secrets.yaml': 'postgres: { servers: { big: { pooler: { password: hunter3 } } } }',
    });
    expect(home.open().host.postgres.servers['big']).toMatchObject({
      caFile: join(home.dir, 'ca.pem'),
      certFile: join(home.dir, 'me.crt'),
      keyFile: '/etc/me.key',
      pooler: {
        host: '/run/pgbouncer',
        port: 6432,
        mode: 'transaction',
        authFile: join(home.dir, 'run/users.txt'),
      },
    });
  });

  it.each([
    ['gateway: { prot: 80 }', ':1: gateway.prot: unknown key. Did you mean "gateway.port"?'],
    ['gateway:\n  port: 80a', ':2: gateway.port: expected an integer from 1 to 65535, found "80a".'],
    ...['proxy', '10.0.0', '10.0.0.0/33', '::1/129', 'fe80::1%lo', '10.0.0.0/8/8'].map((wrong) => [
      `gateway: { trustedProxies: ["10.0.0.0/8", "::1", "${wrong}"] }`,
      `:1: gateway.trustedProxies.2: expected an IP address or network such as "10.0.0.0/8", found "${wrong}".`,
    ]),
    ['processes: pm2', ':1: processes: expected one of "embedded", "systemd", "supervisord", found "pm2".'],
    ['hosting: { unit: Tenant }', ':1: hosting.unit: expected a word of a-z, 0-9 and "-", found "Tenant".'],
    [
      'hosting: { systemd: { dir: units } }',
      ':1: hosting.systemd.dir: expected an absolute path without spaces, found "units".',
    ],
    [
      'postgres: { servers: { a: {} } }',
      ':1: postgres.servers.a: expected a host, or "embedded: true", found neither.',
    ],
    [
      'postgres: { servers: { a: { embedded: true, ssl: require } } }',
      ':1: postgres.servers.a.ssl: cannot be set for an embedded server.',
    ],
    [
      'postgres: { servers: { a: { host: /run/pg, ssl: verify } } }',
      ':1: postgres.servers.a.ssl: expected "off" for a Unix socket, which Postgres never encrypts, found "verify".',
    ],
    [
      'postgres: { servers: { a: { host: x, ssl: require, caFile: ca.pem } } }',
      ':1: postgres.servers.a.caFile: is looked at with "ssl: verify" only, found "ssl: require".',
    ],
    [
      'postgres: { servers: { a: { host: x, ssl: verify, keyFile: me.key } } }',
      ':1: postgres.servers.a.keyFile: expected certFile beside it, found none.',
    ],
    [
      'postgres: { servers: { a: { host: x, certFile: me.crt, keyFile: me.key } } }',
      ':1: postgres.servers.a.certFile: is shown over an encrypted connection only, found "ssl: off".',
    ],
    [
      'postgres: { servers: { a: { host: x, pooler: { host: y, mode: session, authFile: users.txt } } } }',
      ':1: postgres.servers.a.pooler.authFile: expected a user beside it, who has the pooler read it anew, found none.',
    ],
    [
      'postgres: { servers: { a: { host: x, pooler: { host: y, mode: statement } } } }',
      ':1: postgres.servers.a.pooler.mode: expected one of "session", "transaction", found "statement".',
    ],
    [
      'postgres: { servers: { a: { host: x, pooler: { host: y, mode: session, caFile: ca.pem } } } }',
      ':1: postgres.servers.a.pooler.caFile: is looked at with "ssl: verify" only, found "ssl: off".',
    ],
    [
      'postgres: { servers: { A: { host: x } } }',
      ':1: postgres.servers.A: expected a word as name, found "A".',
    ],
    [
      'postgres: { servers: { a: { embedded: true, port: 5 } } }',
      ':1: postgres.servers.a.port: cannot be set for an embedded server.',
    ],
    [
      'postgres: { default: man, servers: { main: { embedded: true }, two: { host: x } } }',
      ':1: postgres.default: expected one of the servers main, two, found "man". Did you mean "main"?',
    ],
    ['postgres: { servers: {} }', ': postgres.default: expected one of the servers (none), found nothing.'],
    [
      'postgres: { servers: { a: { host: x, password: hunter2 } } }',
      ':1: postgres.servers.a.password: is a secret, which this file must not hold.',
    ],
  ])('refuses %j', (content, message) => {
    home.write({ 'tenantry.yaml': content });
    expect(errorOf(() => home.open())).toMatchObject({ message: `tenantry.yaml${message}`, exitCode: 78 });
  });

  it('refuses secrets that others can read, with the command that helps', () => {
    home.write({ 'secrets.yaml': 'postgres: {}' });
    chmodSync(join(home.dir, 'secrets.yaml'), 0o640);
    expect(errorOf(() => home.open())).toMatchObject({
      message: 'secrets.yaml: holds secrets and can be read by others: expected mode 0600, found 0640.',
      hint: 'Run: chmod 600 secrets.yaml',
    });
  });
});

describe("a server's address", () => {
  it('of an embedded server comes from its run file', () => {
    const opened = home.open();
    expect(errorOf(() => serverAddress(opened, 'main'))).toMatchObject({
      message: 'postgres server main: expected it to run, found no run/postgres-main.json.',
      code: 'POSTGRES_NOT_RUNNING',
      exitCode: 1,
      hint: 'Run: tenantry postgres start',
    });
    home.write({ 'run/postgres-main.json': 'not JSON' });
    expect(errorOf(() => serverAddress(opened, 'main')).code).toBe('POSTGRES_NOT_RUNNING');
    home.write({ 'run/postgres-main.json': '{"host": "/run/pg", "port": 5433, "pid": 1}' });
    expect(serverAddress(opened, 'main')).toMatchObject({ host: '/run/pg', port: 5433, user: 'postgres' });
  });

  it('of another server comes from tenantry.yaml', () => {
    home.write({ 'tenantry.yaml': 'postgres: { servers: { big: { host: db.test } } }' });
    expect(serverAddress(home.open(), 'big')).toMatchObject({
      host: 'db.test',
      port: 5432,
      database: 'postgres',
    });
    expect(errorOf(() => serverAddress(home.open(), 'bog'))).toMatchObject({
      code: 'UNKNOWN_SERVER',
      hint: 'Did you mean "big"?',
    });
    expect(errorOf(() => serverAddress(home.open(), '__proto__')).code).toBe('UNKNOWN_SERVER');
  });
});
