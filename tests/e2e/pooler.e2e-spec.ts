import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { generateHosting } from '#libs/operations';
import { openHome, serverAddress } from '#libs/settings';
import { makeFakeRelease } from '../support/fake-release.js';
import { operatorOf } from '../support/operator-of.js';
import { withoutPgBouncer } from '../support/pgbouncer.js';
import { makePooledHome, type PooledHome } from '../support/pooled-home.js';
import { TestAuthority } from '../support/test-authority.js';

if (withoutPgBouncer !== undefined) console.warn(`pooler.e2e-spec.ts: skipped: ${withoutPgBouncer}.`);

(withoutPgBouncer === undefined ? describe : describe.skip)('tenants behind a PgBouncer', () => {
  let home: PooledHome;

  beforeAll(async () => {
    home = await makePooledHome();
    await home.done('tenant', 'create', 'acme', '--admin', 'owner@acme.example');
    await home.pgbouncer.start((await home.done('postgres', 'pooler')).stdout);
    await home.done('start', '--tenant', 'acme');
  }, 90_000);

  afterAll(() => home?.remove(), 60_000);

  const at = (...words: string[]): string => join(home.dir, ...words);
  const where = (): string => `Pooler of Postgres "main" at 127.0.0.1:${home.pgbouncer.port}`;

  /** Reads and writes while its password changes, and once more over connections that know the new one only. */
  async function serveThroughRotation(): Promise<void> {
    const before = home.pids();
    const rotate = () => home.done('secrets', 'rotate', 'acme', '--role', 'runtime');
    expect(await home.writeDuring(rotate)).toEqual(new Set([201]));
    await home.sql(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'tenant_acme'",
    );
    const answers = await Promise.all(Array.from({ length: 8 }, () => home.get('acme.localhost', '/')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect([before.length, home.pids()]).toEqual([1, before]);
  }

  async function expectRefusedStart(code: number, text: string): Promise<void> {
    const refused = await home.run('start', '--tenant', 'acme');
    expect([refused.code, refused.stderr]).toEqual([code, expect.stringContaining(text)]);
  }

  it('serve and write in transaction mode, also while their password changes', async () => {
    await serveThroughRotation();
    expect(await home.sql("SELECT rolconfig FROM pg_roles WHERE rolname = 'tenant_acme'")).toEqual([
      { rolconfig: ['statement_timeout=30000'] },
    ]);
    expect(await home.findings()).toEqual([]);
  }, 60_000);

  it('are migrated, compared and created beside it', async () => {
    await home.done('migrate', '--all');
    await home.done('migrate', 'drift', '--all');
    await home.done('tenant', 'rename', 'acme', 'blue', '--host', 'acme.localhost');
    expect((await home.get('acme.localhost', '/')).status).toBe(200);
    expect(readFileSync(home.pgbouncer.authFile, 'utf8')).toContain('"tenant_blue" ');
    await home.done('tenant', 'rename', 'blue', 'acme');
    expect((await home.get('acme.localhost', '/')).status).toBe(200);
    expect(await home.findings()).toEqual([]);
  }, 90_000);

  it('are not served without a pooler, and by one that does not know them', async () => {
    writeFileSync(home.pgbouncer.authFile, '"tenantry_console" "console ""password"\n');
    await home.done('stop', '--tenant', 'acme');
    expect(await home.findings()).toEqual([['pooler-login-missing', null]]);
    await home.done('doctor', '--fix');
    expect(await home.findings()).toEqual([]);
    await home.pgbouncer.stop();
    await expectRefusedStart(1, `${where()}: cannot be reached`);
    expect(await home.findings()).toEqual([
      ['pooler-unusable', expect.stringContaining(where())],
      ['pooler-unusable', expect.stringContaining(where())],
    ]);
    await home.done('migrate', '--all');
  }, 60_000);

  it('go through it whoever starts them: a process finds it by itself', async () => {
    await generateHosting(operatorOf(home.dir), { out: 'hosting', cwd: home.dir });
    const script = at('hosting/scripts/tenants/start-acme');
    expect(readFileSync(script, 'utf8')).not.toContain(String(home.pgbouncer.port));
    const { status, stderr } = spawnSync(script, { env: { PATH: process.env['PATH'] }, encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, expect.stringContaining(`${where()}: cannot be reached`)]);
  }, 30_000);

  it('are told of a pooler that shares in another way, or leads elsewhere', async () => {
    const undo = home.edit((main) => (main.pooler = { ...main.pooler, mode: 'session' }));
    const config = await home.configuration();
    await home.pgbouncer.start(config.replace('pool_mode = session', 'pool_mode = transaction'));
    expect(await home.findings()).toEqual([['pooler-mode-wrong', 'pool_mode = transaction']]);
    undo();
    await home.pgbouncer.stop();
    await home.sql('CREATE DATABASE elsewhere');
    const astray = config.replace('* = ', 'tenant_acme = dbname=elsewhere ');
    await home.pgbouncer.start(astray.replace('pool_mode = session', 'pool_mode = transaction'));
    const unstamped = 'acme: database "elsewhere" carries no stamp. Nothing was written.';
    expect(await home.findings()).toEqual([['pooler-elsewhere', expect.stringContaining(unstamped)]]);
    await home.done('stop', '--tenant', 'acme');
    await expectRefusedStart(78, unstamped);
    await home.pgbouncer.stop();
    await home.sql('DROP DATABASE elsewhere');
  }, 60_000);

  it('are not served by one that offers no TLS, or that another authority has signed for', async () => {
    const below = (name: string): string => join(home.pgbouncer.folder, name);
    const ours = new TestAuthority(below('ours'));
    const other = new TestAuthority(below('other'), 'Other authority');
    const tls = (caFile: string) =>
      home.edit((main) => (main.pooler = { ...main.pooler, mode: 'session', ssl: 'verify', caFile }));
    const undo = tls(ours.caFile);
    const config = await home.configuration();
    await home.pgbouncer.start(config.replaceAll(/^client_tls_.*$/gm, ''));
    await expectRefusedStart(1, `${where()}: offers no TLS, and tenantry.yaml says "ssl: verify".`);
    const { certFile, keyFile } = ours.issue('pooler', 'IP:127.0.0.1');
    // The folder's group is PgBouncer's.
    chmodSync(keyFile, 0o640);
    const shown = { '/etc/pgbouncer/server.crt': certFile, '/etc/pgbouncer/server.key': keyFile };
    await home.pgbouncer.start(
      Object.entries(shown).reduce((text, [from, to]) => text.replace(from, to), config),
    );
    undo();
    tls(other.caFile);
    const wrong = `${where()}: its certificate is not signed by an authority in ${other.caFile}`;
    await expectRefusedStart(1, wrong);
    expect(await home.findings()).toEqual([
      ['pooler-unusable', expect.stringContaining(wrong)],
      ['pooler-unusable', expect.stringContaining('Set pooler.caFile in tenantry.yaml')],
    ]);
    tls(ours.caFile);
  }, 60_000);

  it('serve and write in session mode and encrypted, also while their password changes', async () => {
    await home.done('start', '--tenant', 'acme');
    await serveThroughRotation();
    expect(await home.findings()).toEqual([]);
  }, 60_000);

  it('are not touched through it, whatever tenantry.yaml calls it', async () => {
    const roles = parse(readFileSync(at('tenants/acme/secrets.yaml'), 'utf8')) as {
      database: { ownerPassword: string };
    };
    const { password } = serverAddress(openHome(home.dir, {}), 'main');
    const logins = `"postgres" "${password?.reveal()}"\n"tenant_acme_owner" "${roles.database.ownerPassword}"\n`;
    writeFileSync(home.pgbouncer.authFile, readFileSync(home.pgbouncer.authFile, 'utf8') + logins);
    await home.pgbouncer.stop();
    home.edit((main) => {
      const { ssl: _ssl, caFile: _caFile, ...pooler } = main.pooler ?? {};
      main.pooler = { ...pooler, mode: 'transaction' };
    });
    await home.pgbouncer.start(await home.configuration());
    // One migration is to run.
    const forget = 'DELETE FROM public.migrations WHERE id = (SELECT max(id) FROM public.migrations)';
    await home.sql(forget, 'tenant_acme');
    const undo = home.edit((main) => {
      delete main['embedded'];
      Object.assign(main, { host: '127.0.0.1', port: home.pgbouncer.port });
    });
    await expectUntouched();
    await expectNoDeploy();
    expect(await home.findings()).toContainEqual(['server-is-pooler', null]);
    undo();
    expect(await home.sql("SELECT datname FROM pg_database WHERE datname ~ '^tenant_'")).toEqual([
      { datname: 'tenant_acme' },
    ]);
  }, 60_000);

  async function expectUntouched(): Promise<void> {
    const pooled = `Postgres "main" at 127.0.0.1:${home.pgbouncer.port}: a connection pooler answers there`;
    for (const words of [
      'migrate --tenant acme',
      'tenant create blue',
      'secrets rotate acme',
      'tenant delete acme --confirm acme',
    ]) {
      const refused = await home.run(...words.split(' '));
      expect([words, refused.code, refused.stderr]).toEqual([
        words,
        expect.any(Number),
        expect.stringContaining(pooled),
      ]);
      expect(refused.code).not.toBe(0);
    }
  }

  async function expectNoDeploy(): Promise<void> {
    makeFakeRelease({ home: home.dir, id: '1.0.0' });
    const refused = await home.run('deploy', '--release', '1.0.0', '--accept', 'release');
    expect([refused.code, refused.stdout]).toEqual([
      4,
      'servers: Postgres "main": is a connection pooler: migrations would go through it, where no lock holds. ' +
        'Set postgres.servers.main.host and postgres.servers.main.port in tenantry.yaml to those of Postgres itself, ' +
        'and name the PgBouncer as postgres.servers.main.pooler.\nNothing was changed; current is not set.\n',
    ]);
  }
});
