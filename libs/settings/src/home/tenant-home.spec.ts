import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errorOf, TestHome } from '../test-home.js';
import { openTenantHome } from './home.js';
import { runtimeEndpoint, serverEndpoint } from './server-address.js';

let home: TestHome;
beforeEach(() => {
  home = new TestHome();
});
afterEach(() => home.remove());

describe("the home as a tenant's process knows it", () => {
  const servers = (login: string): string =>
    `postgres: { servers: { big: { host: db.test, ssl: verify${login} } } }`;

  it('has where the servers are, and nobody to log in as', () => {
    home.write({
      'tenantry.yaml': servers(', user: boss, database: office, password: { $env: ADMIN_PASSWORD }'),
      'secrets.yaml': 'postgres: { servers: { big: { password: hunter22 } } }',
    });
    const known = openTenantHome(home.dir, {});
    expect(known.host).toMatchObject({
      secretRoots: ['/run/secrets', '/run/credentials'],
      development: false,
      postgres: {
        default: 'big',
        servers: { big: { name: 'big', embedded: false, host: 'db.test', port: undefined, ssl: 'verify' } },
      },
    });
    expect(Object.keys(known.host.postgres.servers['big'] ?? {}).toSorted()).toEqual([
      ...['caFile', 'embedded', 'host', 'name', 'pooler', 'port', 'ssl'],
    ]);
    expect(serverEndpoint(known, 'big')).toEqual({ name: 'big', host: 'db.test', port: 5432, ssl: 'verify' });
    expect(JSON.stringify(known)).not.toMatch(/boss|office|secret\]/);
  });

  it('leads to the pooler, and shows the certificate of nobody', () => {
    const login = 'user: boss, authFile: users.txt';
    const pooler = `pooler: { host: pool.test, mode: session, ssl: verify, caFile: pool.pem, ${login} }`;
    home.write({
      'tenantry.yaml': servers(`, caFile: ca.pem, certFile: me.crt, keyFile: me.key, ${pooler}`),
    });
    const known = openTenantHome(home.dir, {});
    expect(runtimeEndpoint(known, 'big')).toEqual({
      ...{ name: 'big', host: 'pool.test', port: 6432, ssl: 'verify', pooler: 'session' },
      caFile: join(home.dir, 'pool.pem'),
    });
    expect(serverEndpoint(known, 'big')).toMatchObject({ host: 'db.test', caFile: join(home.dir, 'ca.pem') });
    expect(JSON.stringify(known)).not.toMatch(/me.key|boss|users.txt/);
  });

  it("does not open the home's secrets.yaml", () => {
    home.write({ 'tenantry.yaml': servers(''), 'secrets.yaml': 'not: [even, YAML' });
    expect(errorOf(() => home.open()).message).toContain('secrets.yaml:1: is not valid YAML');
    expect(openTenantHome(home.dir, {}).host.postgres.default).toBe('big');
  });

  it('names the environment variables that it needs, and none of a password', () => {
    const text =
      'postgres: { servers: { big: { host: { $env: DB_HOST }, password: { $env: DB_PASSWORD } } } }';
    home.write({ 'tenantry.yaml': text });
    const known = openTenantHome(home.dir, { DB_HOST: 'db.test', DB_PASSWORD: 'hunter22' });
    expect(known.variables).toEqual(['DB_HOST']);
    expect(known.host.postgres.servers['big']?.host).toBe('db.test');
  });
});
