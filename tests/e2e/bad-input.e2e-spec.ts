import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectServer, dropUnwantedTemplates } from '#libs/database';
import { tenantryWith } from '../support/command-line.js';
import { type TestHome, freePort, makeTestHome } from '../support/test-home.js';
import { testServer } from '../support/test-postgres.js';

describe('a server that cannot be used', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'bad-server-'));
  const server = testServer();
  const socket = `host=${encodeURIComponent(server.host)}`;

  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it.each([
    ['a wrong password', `postgres://${server.user}:wrong-one@/postgres?${socket}`, 1, /password/],
    ['nobody there', 'postgres://postgres@127.0.0.1:1/postgres', 1, /127\.0\.0\.1:1/],
    ['an address that is none', 'mysql://root@localhost/x', 2, /expected postgres:\/\//],
  ])('%s leaves no home behind and repeats no password', async (what, url, code, text) => {
    const dir = join(scratch, what.replaceAll(' ', '-'));
    const withPort = url.replace('@/', `@localhost:${server.port}/`);
    const ran = await tenantryWith({ home: dir, cwd: scratch }, 'init', dir, '--postgres', withPort);
    expect(ran.stderr).toMatch(text);
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
    expect(ran.stderr).not.toContain('wrong-one');
    expect(ran.code).toBe(code);
    expect(existsSync(join(dir, 'tenantry.yaml'))).toBe(false);
  });

  it('has a home of its own where it can be used, its password in a file only', async () => {
    const dir = join(scratch, 'good');
    const url = `postgres://${server.user}:${server.password?.reveal() ?? ''}@localhost:${server.port}/postgres?${socket}`;
    const ran = await tenantryWith({ home: dir, cwd: scratch }, 'init', dir, '--postgres', url);
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: 0, stderr: '' });
    expect(readFileSync(join(dir, 'tenantry.yaml'), 'utf8')).not.toContain(
      server.password?.reveal() ?? 'none',
    );
    expect((await tenantryWith({ home: dir }, 'tenant', 'list', '--json')).json()).toEqual({ tenants: [] });
    const [, run] = /^Run (\S+)\.$/m.exec(ran.stdout) ?? [];
    const runs = readFileSync(join(dir, 'state', 'runs.jsonl'), 'utf8')
      .trim()
      .split('\n');
    expect(runs.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { run, command: 'tenantry init', event: 'init' },
    ]);
  });
});

describe('a database of that name which lets nobody in', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'taken-'));
  const server = testServer();
  const [name, role] = ['taken-name', 'taken_name_admin'];

  const asSuperuser = async (...statements: readonly string[]): Promise<void> => {
    const superuser = await connectServer(server);
    try {
      for (const statement of statements) await superuser.query(statement);
    } finally {
      await superuser.end();
    }
  };

  beforeAll(async () => {
    await asSuperuser(
      `CREATE ROLE ${role} LOGIN CREATEDB CREATEROLE PASSWORD 'of-the-admin'`,
      'CREATE DATABASE tenant_taken_name',
      'REVOKE CONNECT ON DATABASE tenant_taken_name FROM PUBLIC',
    );
  });

  afterAll(async () => {
    // The first creation has built the template of its release, whatever came of itself.
    await dropUnwantedTemplates(server, { home: join(scratch, 'home'), wanted: new Set() });
    await asSuperuser('DROP DATABASE tenant_taken_name', `DROP ROLE ${role}`);
    rmSync(scratch, { recursive: true, force: true });
  });

  it('is left alone, and nothing is left of the creation', async () => {
    const dir = join(scratch, 'home');
    const url = `postgres://${role}@localhost:${server.port}/postgres?host=${encodeURIComponent(server.host)}`;
    const env = { PGPASSWORD: 'of-the-admin' };
    await tenantryWith({ home: dir, cwd: scratch, env }, 'init', dir, '--postgres', url);
    const ran = await tenantryWith({ home: dir }, 'tenant', 'create', name);
    const lines = ran.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('✔ template '));
    expect({ code: ran.code, lines: lines.length }).toEqual({ code: 4, lines: 1 });
    expect(ran.stderr).toContain('database "tenant_taken_name" exists already. Nothing was changed.');
    expect(readdirSync(join(dir, 'tenants'))).toEqual(['.schema']);
    expect(readdirSync(join(dir, 'state', 'creating'))).toEqual([]);
    const inJson = await tenantryWith({ home: dir }, 'tenant', 'create', name, '--json');
    expect(inJson.json()).toMatchObject({ error: { code: 'DATABASE_EXISTS', tenant: name } });
  }, 30_000);
});

describe('one mistaken overlay among others', () => {
  let home: TestHome;
  const overlay = (name: string): string => join(home.dir, 'tenants', name, 'settings.yaml');
  const original = new Map<string, string>();

  beforeAll(async () => {
    home = await makeTestHome('bad input');
    for (const name of ['acme', 'liberty', 'zed']) {
      await home.done('tenant', 'create', name);
      original.set(name, readFileSync(overlay(name), 'utf8'));
    }
  }, 120_000);

  afterAll(async () => {
    await home.remove();
  }, 60_000);

  it.each([
    [
      'an unknown key',
      'site:\n  titel: x\n',
      /tenants\/acme\/settings\.yaml:2: site\.titel: unknown key.*site\.title|titel.*title/,
    ],
    [
      'a wrong type',
      'http:\n  port: 80a\n',
      /tenants\/acme\/settings\.yaml:2: http\.port: expected .*, found "80a"/,
    ],
    ['a tab', 'site:\n\ttitle: x\n', /tenants\/acme\/settings\.yaml:2:/],
    ['a prototype', '__proto__:\n  x: 1\n', /tenants\/acme\/settings\.yaml:1: __proto__/],
    ['a duplicate key', 'hosts: [a.example]\nhosts: [b.example]\n', /tenants\/acme\/settings\.yaml:2:/],
    [
      "another's host",
      'hosts: [liberty.localhost]\n',
      /tenants\/acme\/settings\.yaml:1: host "liberty\.localhost" is also claimed by liberty/,
    ],
  ])(
    '%s stops that tenant and no other',
    async (_what, text, expected) => {
      writeFileSync(overlay('acme'), text);
      try {
        const migrated = await home.run('migrate', '--all', '--json');
        expect(migrated.code).toBe(3);
        const { tenants } = migrated.json<{
          tenants: { name: string; state: string; error: string | null }[];
        }>();
        expect(tenants.map(({ name, state }) => `${name} ${state}`)).toEqual([
          'acme failed',
          'liberty done',
          'zed done',
        ]);
        expect(tenants[0]?.error).toMatch(expected);
        const checked = await home.run('settings', 'check', '--all');
        expect(checked.code).toBe(78);
      } finally {
        writeFileSync(overlay('acme'), original.get('acme') ?? '');
      }
    },
    60_000,
  );

  it('starts the others when one cannot start, and says why', async () => {
    writeFileSync(overlay('acme'), 'hosts: [80a:90]\n');
    try {
      const started = await home.run('start', '--all');
      expect(started.code).toBe(3);
      expect(started.stderr).toContain('tenants/acme/settings.yaml:1: hosts');
      const acme = await home.get('acme.localhost', '/');
      expect([acme.status, Number(acme.headers.get('retry-after')) > 0]).toEqual([503, true]);
      expect((await home.get('liberty.localhost', '/')).status).toBe(200);
      expect((await home.get('zed.localhost', '/')).status).toBe(200);
    } finally {
      writeFileSync(overlay('acme'), original.get('acme') ?? '');
      await home.done('stop', '--all');
    }
  }, 90_000);

  it('leaves a tenant that runs reachable when its overlay is broken and another one is started', async () => {
    await home.done('start', 'acme');
    writeFileSync(overlay('acme'), 'hosts: [80a:90]\n');
    try {
      await home.done('start', 'zed');
      expect((await home.get('acme.localhost', '/')).status).toBe(200);
    } finally {
      writeFileSync(overlay('acme'), original.get('acme') ?? '');
      await home.done('stop', '--all');
    }
  }, 90_000);

  it('says which port is taken', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    try {
      const ran = await home.run('start', '--all', '--foreground', '--port', String(port));
      expect(ran.code).toBe(1);
      expect(ran.stderr).toMatch(new RegExp(`${port}.*taken|${port}.*in use|${port}.*another`));
    } finally {
      other.close();
    }
  }, 60_000);
});
