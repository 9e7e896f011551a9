import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { connectAs } from '#libs/database';
import { claimMediaRoot } from '#libs/media';

import { application } from '../../../tests/support/sample-app/application.js';
import { ask, SampleProcess, type StartOptions } from '../../../tests/support/sample-app/sample-process.js';
import { testServer } from '../../../tests/support/test-postgres.js';
import { TestingHome, type TestingTenant } from './testing/testing-home.js';

describe('a tenant process', () => {
  const started: SampleProcess[] = [];
  let home: TestingHome;
  let acme: TestingTenant;
  let liberty: TestingTenant;

  beforeAll(async () => {
    home = new TestingHome(testServer(), application);
    acme = await home.addTenant('acme');
    liberty = await home.addTenant('liberty');
  });

  beforeEach(() => {
    acme.writeOverlay({});
  });

  afterEach(async () => {
    for (const each of started.splice(0)) await each.kill();
  });

  afterAll(async () => {
    await home.remove();
  });

  function start(options: Partial<StartOptions> = {}, tenant = 'acme'): SampleProcess {
    const env = { TENANT: tenant, TENANTRY_HOME: home.dir, ...options.env };
    const made = new SampleProcess({ ...options, env });
    started.push(made);
    return made;
  }

  /** What a refused start leaves: its exit code and its one line. */
  async function refusal(): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const refused = start();
    return { code: await refused.exit(), stdout: refused.stdout, stderr: refused.stderr };
  }

  describe('proves where it is, and', () => {
    it("refuses another tenant's database", async () => {
      const { name, runtimeRole, runtimePassword } = liberty.database;
      acme.writeOverlay({ database: { name, runtimeRole } });
      const before = await rowsOf(liberty);
      const secrets = join(home.dir, 'tenants', 'acme', 'secrets.yaml');
      const kept = readFileSync(secrets);
      writeFileSync(secrets, JSON.stringify({ database: { runtimePassword: runtimePassword.reveal() } }));
      const { code, stdout, stderr } = await refusal();
      writeFileSync(secrets, kept);
      expect({ code, stdout, lines: stderr.trim().split('\n') }).toEqual({
        code: 78,
        stdout: '',
        lines: [expect.stringContaining(`acme: database "${name}"`)],
      });
      expect(stderr).toContain('liberty');
      expect(await rowsOf(liberty)).toEqual(before);
      expect(existsSync(acme.socket)).toBe(false);
    });

    it("refuses another tenant's database that its own role cannot even enter", async () => {
      acme.writeOverlay({
        database: { name: liberty.database.name, runtimeRole: acme.database.runtimeRole },
      });
      const { code, stdout, stderr } = await refusal();
      expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).toContain(`may not connect to database "${liberty.database.name}"`);
    });

    it("refuses another tenant's media root", async () => {
      const root = join(home.dir, 'library');
      await claimMediaRoot(root, liberty.identity);
      acme.writeOverlay({ media: { root } });
      const { code, stdout, stderr } = await refusal();
      expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
      expect(stderr).toMatch(/^acme: media root .*liberty.*\n$/);
    });

    it('refuses a media root of an earlier tenant of the same name', async () => {
      const file = join(acme.mediaRoot, '.tenant');
      const kept = readFileSync(file);
      writeFileSync(file, JSON.stringify({ tenant: 'acme', id: liberty.identity.id }));
      const { code, stderr } = await refusal();
      writeFileSync(file, kept);
      expect(code).toBe(78);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    });

    it('refuses a schema that is older than the release', async () => {
      await home.addTenant('late', { migrations: [] });
      const refused = start({}, 'late');
      expect(await refused.exit()).toBe(78);
      expect(refused.stderr).toBe(
        'late: the database is older than release checkout: 1 migration pending, beginning with ' +
          'CreateNotes1700000000000. Run `tenantry migrate --tenant late`.\n',
      );
    });

    it('refuses a schema that is newer than the release', async () => {
      const contracting = addTags('contract');
      await home.addTenant('early', { migrations: [...application.migrations, contracting] });
      const refused = start({}, 'early');
      expect(await refused.exit()).toBe(78);
      expect(refused.stderr).toBe(
        'early: the database is newer than release checkout: 1 migration it does not know, such as ' +
          'AddTags1800000000000. Start it on the release that migrated it.\n',
      );
    });

    it('runs on a schema to which a newer release has only added', async () => {
      await home.addTenant('ahead', { migrations: [...application.migrations, addTags('expand')] });
      const ahead = start({}, 'ahead');
      await ahead.listening();
      ahead.child.kill('SIGTERM');
      expect(await ahead.exit()).toBe(0);
    });

    it.each([
      ['no tenant', { TENANT: '' }, 'TENANT: expected the name of a tenant, found nothing.'],
      ['a tenant that is none', { TENANT: '../acme' }, 'tenant name: expected 2 to 40'],
      ['a tenant that does not exist', { TENANT: 'acmee' }, 'acmee'],
    ])('refuses %s', async (_name, env, line) => {
      const refused = start({ env });
      expect(await refused.exit()).toBe(78);
      expect(refused.stderr).toContain(line);
      expect(refused.stderr.trim().split('\n')).toHaveLength(1);
    });

    it('refuses settings of the wrong type, with file and line', async () => {
      acme.writeOverlay({ http: { port: '80a' } });
      const { code, stderr } = await refusal();
      expect(code).toBe(78);
      expect(stderr).toMatch(/^tenants\/acme\/settings\.yaml:\d+: http\.port: expected an integer .*"80a"/);
    });

    it('exits 1 while Postgres is away, as that may pass', async () => {
      const away = new TestingHome({ ...testServer(), port: 1 }, application);
      try {
        await expect(away.addTenant('acme')).rejects.toThrow();
        writeFileSync(
          join(away.dir, 'tenants', 'acme', 'secrets.yaml'),
          JSON.stringify({ database: { runtimePassword: 'none-at-all' } }),
        );
        const other = new SampleProcess({ env: { TENANT: 'acme', TENANTRY_HOME: away.dir } });
        started.push(other);
        expect(await other.exit()).toBe(1);
        expect(other.stderr.trim().split('\n')).toHaveLength(1);
        expect(other.stderr).not.toContain('none-at-all');
      } finally {
        rmSync(away.dir, { recursive: true, force: true });
      }
    });
  });

  describe('listens', () => {
    it('on the Unix socket of its settings, and removes it when it stops', async () => {
      const running = start();
      await running.listening();
      const { status, text } = await ask({ socketPath: acme.socket, headers: { host: 'acme.localhost' } });
      expect({ status, text }).toEqual({ status: 200, text: expect.stringContaining('<li>Note 1</li>') });
      running.child.kill('SIGTERM');
      expect(await running.exit()).toBe(0);
      expect(running.stderr).toBe('');
      expect(existsSync(acme.socket)).toBe(false);
    });

    it('on an inherited socket, as systemd passes it', async () => {
      const passed = createServer();
      await new Promise<void>((resolve) => {
        passed.listen(0, '127.0.0.1', resolve);
      });
      const { port } = passed.address() as { port: number };
      const fd = descriptorOf(passed);
      const running = start({ env: { LISTEN_FDS: '1' }, descriptors: [fd] });
      await running.listening();
      // From here on only the child accepts.
      passed.close();
      const { status } = await ask({ port, headers: { host: 'acme.localhost' } });
      expect(status).toBe(200);
      expect(existsSync(acme.socket)).toBe(false);
    });

    it('not when descriptor 3 is no socket', async () => {
      const refused = start({ env: { LISTEN_FDS: '1' } });
      expect(await refused.exit()).toBe(78);
      expect(refused.stderr).toContain('acme: LISTEN_FDS=1, but descriptor 3 is not a socket.');
    });

    it('not on a path that no socket address holds', async () => {
      acme.writeOverlay({ http: { socket: `/tmp/${'x'.repeat(120)}.sock` } });
      const { code, stderr } = await refusal();
      expect(code).toBe(78);
      expect(stderr).toMatch(/http\.socket: expected .*bytes/);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    });

    it('and tells its parent, by IPC', async () => {
      const running = start({ descriptors: ['ipc'] });
      const message = await new Promise((resolve) => {
        running.child.once('message', resolve);
      });
      expect(message).toEqual({ type: 'ready', release: 'checkout', head: 'CreateNotes1700000000000' });
    });

    it('until its supervisor is gone', async () => {
      const running = start({ descriptors: ['ipc'] });
      await running.listening();
      running.child.disconnect();
      expect(await running.exit()).toBe(0);
    });
  });
});

async function rowsOf({ database }: TestingTenant): Promise<unknown[]> {
  const connection = await connectAs(database, 'owner');
  try {
    return (await connection.query('SELECT * FROM notes ORDER BY id')).rows;
  } finally {
    await connection.end();
  }
}

/** The file descriptor under a server, which Node keeps to itself. */
function descriptorOf(server: object): number {
  const handle: unknown = Reflect.get(server, '_handle');
  if (typeof handle === 'object' && handle !== null && 'fd' in handle && typeof handle.fd === 'number') {
    return handle.fd;
  }
  throw new TypeError('The server has no descriptor.');
}

/** What a newer release would bring. */
function addTags(kind: 'expand' | 'contract') {
  return class AddTags1800000000000 {
    readonly name = 'AddTags1800000000000';
    readonly kind = kind;
    up = (): Promise<unknown> => Promise.resolve();
    down = (): Promise<unknown> => Promise.resolve();
  };
}
