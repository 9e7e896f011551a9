import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { connectServer } from '#libs/database';
import { openHome, serverAddress } from '#libs/settings';
import { PgBouncer, withoutPgBouncer } from '../support/pgbouncer.js';
import { signIn } from '../support/site-visitor.js';
import { freePort, makeTestHome, type TestHome } from '../support/test-home.js';

if (withoutPgBouncer !== undefined) console.warn(`pooler.e2e-spec.ts: skipped: ${withoutPgBouncer}.`);

interface HostFile {
  postgres: { servers: { main: Record<string, unknown> & { pooler?: Record<string, unknown> } } };
}

type Findings = { findings: { id: string; tenant: string | null; found: string | null }[] };

(withoutPgBouncer === undefined ? describe : describe.skip)('tenants behind a PgBouncer', () => {
  let home: TestHome;
  let pgbouncer: PgBouncer;

  beforeAll(async () => {
    home = await makeTestHome('pooler');
    pgbouncer = new PgBouncer(join(home.dir, '..', 'pgbouncer'), await freePort());
    await home.done('postgres', 'start');
    const console = { authFile: pgbouncer.authFile, user: 'tenantry_console' };
    edit(
      (main) => (main.pooler = { host: '127.0.0.1', port: pgbouncer.port, mode: 'transaction', ...console }),
    );
    const file = join(home.dir, 'secrets.yaml');
    const secrets = parse(readFileSync(file, 'utf8')) as HostFile;
    secrets.postgres.servers.main.pooler = { password: 'console "password' };
    writeFileSync(file, stringify(secrets));
    await home.done('tenant', 'create', 'acme', '--admin', 'owner@acme.example');
    await pgbouncer.start((await home.done('postgres', 'pooler')).stdout);
    await home.done('start', '--tenant', 'acme');
  }, 90_000);

  afterAll(async () => {
    await pgbouncer?.stop();
    await home?.remove();
  }, 60_000);

  function edit(change: (main: HostFile['postgres']['servers']['main']) => void): () => void {
    const file = join(home.dir, 'tenantry.yaml');
    const before = readFileSync(file, 'utf8');
    const settings = parse(before) as HostFile;
    change(settings.postgres.servers.main);
    writeFileSync(file, stringify(settings));
    return () => writeFileSync(file, before);
  }

  async function sql<Row extends object>(text: string): Promise<Row[]> {
    const admin = await connectServer(serverAddress(openHome(home.dir, {}), 'main'));
    const { rows } = await admin.query<Row>(text);
    await admin.end();
    return rows;
  }

  async function findings(): Promise<[string, string | null][]> {
    const looked = (await home.run('doctor', '--json')).json<Findings>();
    return looked.findings.filter(({ id }) => id !== 'first-admin-left').map(({ id, found }) => [id, found]);
  }

  const pid = async (): Promise<number> =>
    (await home.done('status', 'acme', '--json')).json<{ tenants: { pid: number }[] }>().tenants[0]?.pid ?? 0;

  /** Reads and writes while its password changes, and once more over connections that know the new one only. */
  async function serveThroughRotation(): Promise<void> {
    const before = await pid();
    const file = join(home.dir, 'tenants/acme/first-admin.yaml');
    const owner = await signIn(home, 'acme.localhost', parse(readFileSync(file, 'utf8')));
    const statuses = new Set<number>();
    let isOver = false;
    const visits = (async () => {
      for (let count = 0; !isOver; count += 1) {
        const page = { slug: `page-${before}-${count}`, title: 'One', body: 'One', summary: '' };
        statuses.add((await owner.post('/api/pages', page)).status);
      }
    })();
    await home.done('secrets', 'rotate', 'acme', '--role', 'runtime');
    isOver = true;
    await visits;
    expect(statuses).toEqual(new Set([201]));
    await sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'tenant_acme'");
    const answers = await Promise.all(Array.from({ length: 8 }, () => home.get('acme.localhost', '/')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await pid()).toBe(before);
  }

  it('serve and write in transaction mode, also while their password changes', async () => {
    await serveThroughRotation();
    expect(await sql("SELECT rolconfig FROM pg_roles WHERE rolname = 'tenant_acme'")).toEqual([
      { rolconfig: ['statement_timeout=30000'] },
    ]);
    expect(await findings()).toEqual([]);
  }, 60_000);

  it('are migrated, compared and created beside it', async () => {
    await home.done('migrate', '--all');
    await home.done('migrate', 'drift', '--all');
    await home.done('tenant', 'rename', 'acme', 'blue', '--host', 'acme.localhost');
    expect((await home.get('acme.localhost', '/')).status).toBe(200);
    expect(readFileSync(pgbouncer.authFile, 'utf8')).toContain('"tenant_blue" ');
    await home.done('tenant', 'rename', 'blue', 'acme');
    expect((await home.get('acme.localhost', '/')).status).toBe(200);
    expect(await findings()).toEqual([]);
  }, 90_000);

  it('are not served without a pooler, and by one that does not know them', async () => {
    writeFileSync(pgbouncer.authFile, '"tenantry_console" "console ""password"\n');
    await home.done('stop', '--tenant', 'acme');
    expect(await findings()).toEqual([['pooler-login-missing', null]]);
    await home.done('doctor', '--fix');
    expect(await findings()).toEqual([]);
    await pgbouncer.stop();
    const where = `Pooler of Postgres "main" at 127.0.0.1:${pgbouncer.port}`;
    const refused = await home.run('start', '--tenant', 'acme');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining(`${where}: cannot be reached`),
    ]);
    expect(await findings()).toEqual([
      ['pooler-unusable', expect.stringContaining(where)],
      ['pooler-unusable', expect.stringContaining(where)],
    ]);
    await home.done('migrate', '--all');
  }, 60_000);

  it('are told of a pooler that shares in another way, or leads elsewhere', async () => {
    const undo = edit((main) => (main.pooler = { ...main.pooler, mode: 'session' }));
    const config = (await home.done('postgres', 'pooler')).stdout;
    await pgbouncer.start(config.replace('pool_mode = session', 'pool_mode = transaction'));
    expect(await findings()).toEqual([['pooler-mode-wrong', 'pool_mode = transaction']]);
    undo();
    await pgbouncer.stop();
    await sql('CREATE DATABASE elsewhere');
    const astray = config.replace('* = ', 'tenant_acme = dbname=elsewhere ');
    await pgbouncer.start(astray.replace('pool_mode = session', 'pool_mode = transaction'));
    const unstamped = 'acme: database "elsewhere" carries no stamp. Nothing was written.';
    expect(await findings()).toEqual([['pooler-elsewhere', expect.stringContaining(unstamped)]]);
    await home.done('stop', '--tenant', 'acme');
    const refused = await home.run('start', '--tenant', 'acme');
    expect([refused.code, refused.stderr]).toEqual([78, expect.stringContaining(unstamped)]);
    await pgbouncer.stop();
    await sql('DROP DATABASE elsewhere');
  }, 60_000);

  it('serve and write in session mode, also while their password changes', async () => {
    edit((main) => (main.pooler = { ...main.pooler, mode: 'session' }));
    await pgbouncer.start((await home.done('postgres', 'pooler')).stdout);
    await home.done('start', '--tenant', 'acme');
    await serveThroughRotation();
    expect(await findings()).toEqual([]);
  }, 60_000);

  it('are not touched through it, whatever tenantry.yaml calls it', async () => {
    const roles = parse(readFileSync(join(home.dir, 'tenants/acme/secrets.yaml'), 'utf8')) as {
      database: { ownerPassword: string };
    };
    const { password } = serverAddress(openHome(home.dir, {}), 'main');
    const logins = `"postgres" "${password?.reveal()}"\n"tenant_acme_owner" "${roles.database.ownerPassword}"\n`;
    writeFileSync(pgbouncer.authFile, readFileSync(pgbouncer.authFile, 'utf8') + logins);
    await pgbouncer.stop();
    edit((main) => (main.pooler = { ...main.pooler, mode: 'transaction' }));
    await pgbouncer.start((await home.done('postgres', 'pooler')).stdout);
    await forgetMigration();
    const undo = edit((main) => {
      delete main['embedded'];
      Object.assign(main, { host: '127.0.0.1', port: pgbouncer.port });
    });
    const where = `Postgres "main" at 127.0.0.1:${pgbouncer.port}: a connection pooler answers there`;
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
        expect.stringContaining(where),
      ]);
      expect(refused.code).not.toBe(0);
    }
    expect(await findings()).toContainEqual(['server-is-pooler', null]);
    undo();
    expect(await sql("SELECT datname FROM pg_database WHERE datname ~ '^tenant_'")).toEqual([
      { datname: 'tenant_acme' },
    ]);
  }, 60_000);

  /** One migration is to run. */
  async function forgetMigration(): Promise<void> {
    const address = { ...serverAddress(openHome(home.dir, {}), 'main'), database: 'tenant_acme' };
    const admin = await connectServer(address);
    await admin.query('DELETE FROM public.migrations WHERE id = (SELECT max(id) FROM public.migrations)');
    await admin.end();
  }
});
