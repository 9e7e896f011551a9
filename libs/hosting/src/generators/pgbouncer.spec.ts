import { describe, expect, it } from '@jest/globals';
import { type PgBouncerPlan, pgBouncerText } from './pgbouncer.js';

const plan: PgBouncerPlan = {
  ...{ name: 'db2', isDefault: false, clients: 640, sessions: 27 },
  server: { host: '/srv/my data', port: 5433, ssl: 'off' },
  pooler: {
    host: '127.0.0.1',
    port: 6432,
    mode: 'transaction',
    ssl: 'off',
    user: 'boss',
    authFile: '/a/u.txt',
  },
};

describe('pgbouncer.ini', () => {
  it('has a pool for each tenant, by its own login', () => {
    expect(pgBouncerText(plan).split('\n')).toEqual(
      expect.arrayContaining([
        '; Written by: tenantry postgres pooler --server db2',
        "* = host='/srv/my data' port=5433",
        'listen_addr = 127.0.0.1',
        'unix_socket_dir =',
        'pool_mode = transaction',
        'auth_file = /a/u.txt',
        'admin_users = boss',
        'max_client_conn = 1280',
        'default_pool_size = 5',
        'server_tls_sslmode = disable',
      ]),
    );
  });

  it('gives each connection of a session a connection of its own', () => {
    const text = pgBouncerText({ ...plan, pooler: { ...plan.pooler, mode: 'session' } });
    expect(text).toContain('pool_mode = session\n');
    expect(text).toContain('default_pool_size = 27\n');
  });

  it('has room for tenants where there are none yet', () => {
    const text = pgBouncerText({
      ...{ ...plan, clients: 0, sessions: 0 },
      pooler: { ...plan.pooler, mode: 'session' },
    });
    expect(text).toContain('max_client_conn = 1000\n');
    expect(text).toContain('default_pool_size = 20\n');
  });

  it('listens on a Unix socket, and encrypts as tenantry.yaml says', () => {
    const server = { host: 'db.test', port: 5432, ssl: 'verify', caFile: '/etc/ca.pem' } as const;
    const text = pgBouncerText({ ...plan, server, pooler: { ...plan.pooler, host: '/run/pgbouncer' } });
    expect(text).toContain('unix_socket_dir = /run/pgbouncer\nlisten_port = 6432\n');
    expect(text).not.toContain('listen_addr');
    expect(text).toContain('server_tls_sslmode = verify-full\nserver_tls_ca_file = /etc/ca.pem\n');
    expect(pgBouncerText({ ...plan, pooler: { ...plan.pooler, ssl: 'verify' } })).toContain(
      'client_tls_sslmode = require\n',
    );
  });
});
