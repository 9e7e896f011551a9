import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { entry, pinnedNode } from '../support/command-line.js';
import { type TestHome, makeTestHome } from '../support/test-home.js';

interface Listed {
  readonly tenants: readonly {
    name: string;
    hosts: string[];
    state: string;
    release: string;
    database: string;
    mediaRoot: string;
  }[];
}

interface Status {
  readonly tenants: readonly {
    name: string;
    state: string;
    pid: number | null;
    release: string;
    socket: string | null;
    rssBytes: number | null;
    startedAt: string | null;
  }[];
}

const execFileAsync = promisify(execFile);
let home: TestHome;

beforeAll(async () => {
  home = await makeTestHome('operator');
}, 60_000);

afterAll(async () => {
  await home.remove();
}, 60_000);

describe('an operator at work', () => {
  it('lays a home out once', async () => {
    expect(existsSync(join(home.dir, 'tenantry.yaml'))).toBe(true);
    const again = await home.run('init', home.dir);
    expect(again.code).toBe(4);
    expect(again.stderr).toContain('is a home already');
  });

  it('creates tenants with a database, a media root and a first admin each', async () => {
    for (const name of ['acme', 'liberty']) {
      const created = await home.done('tenant', 'create', name, '--json');
      expect(created.json()).toMatchObject({
        tenant: name,
        hosts: [`${name}.localhost`],
        database: `tenant_${name}`,
      });
      const secrets = join(home.dir, 'tenants', name, 'secrets.yaml');
      expect(statSync(secrets).mode & 0o777).toBe(0o600);
      expect(created.stdout + created.stderr).not.toContain(passwordIn(secrets));
    }
  }, 60_000);

  it('lists them with stable keys', async () => {
    const { tenants } = (await home.done('tenant', 'list', '--json')).json<Listed>();
    expect(tenants.map(({ name, state, database }) => ({ name, state, database }))).toEqual([
      { name: 'acme', state: 'stopped', database: 'tenant_acme' },
      { name: 'liberty', state: 'stopped', database: 'tenant_liberty' },
    ]);
    expect(tenants[0]?.mediaRoot).toBe(join(home.dir, 'tenants/acme/media'));
    expect(tenants[0]?.release).toBe('checkout');
  });

  it('refuses to create a tenant that exists', async () => {
    const again = await home.run('tenant', 'create', 'acme');
    expect(again.code).toBe(4);
    expect(again.stderr).toContain('acme: exists already, with database "tenant_acme".');
  });

  it('shows that every schema is at the head of the release', async () => {
    const status = (await home.done('migrate', 'status', '--all', '--json')).json<{
      release: string;
      tenants: { name: string; head: string; pending: string[]; unknown: string[]; error: string | null }[];
    }>();
    expect(status.release).toBe('checkout');
    expect(
      status.tenants.map(({ name, pending, unknown, error }) => ({ name, pending, unknown, error })),
    ).toEqual([
      { name: 'acme', pending: [], unknown: [], error: null },
      { name: 'liberty', pending: [], unknown: [], error: null },
    ]);
    expect(status.tenants[0]?.head).toMatch(/\d{13}$/);
  });

  it('migrates one tenant, and has nothing to do', async () => {
    expect((await home.done('migrate', 'acme', '--plan')).stdout).toBe('acme: nothing to do\n');
    const migrated = await home.done('migrate', '--tenant', 'acme', '--json');
    expect(migrated.json()).toMatchObject({
      tenants: [{ name: 'acme', state: 'done', applied: [], error: null }],
    });
  });

  it('starts them, each as a process of its own', async () => {
    const started = await home.done('start', '--all');
    expect(started.stdout).toMatch(/^Run \d{8}-\d{6}-[0-9a-f]{4}: 2 done, 0 failed\.$/m);
    expect(started.stdout).toContain('To undo, run: tenantry stop --tenant acme,liberty');
    const { tenants } = (await home.done('status', '--json')).json<Status>();
    expect(tenants.map(({ name, state }) => `${name} ${state}`)).toEqual(['acme running', 'liberty running']);
    const [acme, liberty] = tenants;
    expect(acme?.pid).not.toBe(liberty?.pid);
    expect(acme?.rssBytes).toBeGreaterThan(10_000_000);
    expect(acme?.socket).toMatch(/acme\.sock$/);
  }, 60_000);

  it('reaches each through the gateway by its host, and no unknown host', async () => {
    expect((await home.get('acme.localhost', '/')).status).toBe(200);
    expect((await home.get('liberty.localhost', '/')).status).toBe(200);
    const unknown = await home.get('nobody.localhost', '/');
    expect(unknown.status).toBe(421);
    expect(await unknown.text()).not.toMatch(/acme|liberty/);
  });

  it('keeps health and metrics from the public edge', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      expect((await home.get('acme.localhost', path)).status).toBe(404);
    }
  });

  it('restarts one and leaves the other alone', async () => {
    const before = (await home.done('status', '--json')).json<Status>().tenants;
    const restarted = (await home.done('restart', '--tenant', 'acme', '--json')).json<{ run: string }>();
    const shown = (await home.done('tenant', 'show', 'acme', '--json')).json<{
      events: { run: string; event: string }[];
    }>();
    expect(shown.events).toContainEqual(
      expect.objectContaining({ run: restarted.run, event: 'restart done' }),
    );
    const after = (await home.done('status', '--json')).json<Status>().tenants;
    expect(after[0]?.pid).not.toBe(before[0]?.pid);
    expect(after[1]?.pid).toBe(before[1]?.pid);
  }, 60_000);

  it('prints the log as JSON lines with tenant and release', async () => {
    const { stdout } = await home.done('logs', 'acme', '--lines', '5');
    const line = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>;
    expect(line).toMatchObject({ tenant: 'acme', release: 'checkout' });
  });

  it('stops them, and the supervisor with the last one', async () => {
    await home.done('stop', 'acme');
    expect((await home.get('acme.localhost', '/')).status).toBe(503);
    expect((await home.get('liberty.localhost', '/')).status).toBe(200);
    const stopped = await home.done('stop', '--all');
    expect(stopped.stdout).toContain('To undo, run: tenantry start --tenant liberty');
    await expect(home.get('liberty.localhost', '/')).rejects.toThrow('ECONNREFUSED');
  }, 60_000);
});

describe('the embedded Postgres', () => {
  it('is stopped and started as planned, with a run and a way back', async () => {
    const state = async (): Promise<unknown> =>
      (await home.done('postgres', 'status', '--json')).json<{ state: string }>().state;
    const planned = await home.done('postgres', 'stop', '--plan');
    expect(planned.stdout).toBe('Would stop Postgres "main".\n');
    expect(await state()).toBe('running');
    const stopped = await home.done('postgres', 'stop');
    expect(stopped.stdout).toMatch(/Run \S+\.\nTo undo, run: tenantry postgres start$/m);
    expect(await state()).toBe('stopped');
    await home.done('postgres', 'start');
    expect(await state()).toBe('running');
  }, 60_000);
});

describe('wrong input', () => {
  it.each([
    [['migrate'], 2, 'targets: expected --tenant, --all or --select, found none.'],
    [['start'], 2, 'targets: expected --tenant, --all or --select, found none.'],
    [['stop', '--json'], 2, '"code": "NO_TARGET"'],
    [['migrate', '--tenant', 'acne'], 2, 'acme'],
    [['migrate', '--tenant', 'acme', '--all'], 2, 'expected one of'],
    [['tenant', 'create', '../x'], 2, 'tenant name: expected'],
    [['tenant', 'create', 'ACME'], 2, 'tenant name: expected'],
    [['tenant', 'create', 'a'.repeat(64)], 2, 'tenant name: expected'],
    [['tenant', 'create', 'postgres'], 2, 'is a reserved word'],
    [['tenant', 'show', 'nobody'], 2, 'nobody'],
    [['tenent', 'list'], 2, 'tenant'],
    [['migrate', '--al'], 2, '--al'],
    [['start', '--port', '80a', 'acme'], 2, '--port'],
    [['migrate', '--all', '--lock-wait', 'x'], 2, '--lock-wait: expected a whole number, found "x".'],
    [['tenant', 'show', 'acme', '--tenant', 'zed'], 2, 'expected one name, found "acme" and "zed".'],
    [['tenant', 'show', 'acme', 'zed'], 2, 'got 2: acme, zed. Run it'],
    [['tenant', 'create', 'beta', '--host', ',', '--plan'], 2, '--host: expected hosts such as'],
    [['tenant', 'create', 'beta', '--host', 'x:80', '--plan'], 2, 'found "x:80".'],
    [['tenant', 'create', 'beta', '--host', 'ACME.localhost'], 78, 'is also claimed by acme.'],
    [['tenant', 'create', 'beta', '--extends', 'nope', '--plan'], 2, '--extends: expected a profile'],
    [['tenant', 'create', 'beta', '--server', 'nope', '--plan'], 2, 'has no Postgres server "nope"'],
    [['tenant', 'create', 'beta', '--admin', 'nobody', '--plan'], 2, '--admin: expected an e-mail'],
    [['init', '/proc/nowhere'], 1, '/proc/nowhere: cannot be written: ENOENT'],
    [['start', '--all', '--port', '99999'], 2, '--port: expected an integer up to 65535, found "99999".'],
    [['init', '/dev/null'], 2, '/dev/null: is no folder that can be read'],
  ])('%j exits %i', async (words, code, text) => {
    const ran = await home.run(...words);
    expect(ran.stdout + ran.stderr).toContain(text);
    expect(ran.code).toBe(code);
    expect(ran.stderr).not.toContain('    at ');
  });

  it('says what --json says on stdout, with the same exit code', async () => {
    const ran = await home.run('tenant', 'show', 'acmee', '--json');
    expect(ran.code).toBe(2);
    expect(ran.json()).toMatchObject({ error: { code: 'UNKNOWN_TENANT', message: expect.any(String) } });
  });

  it('is no stack trace where the reader went away', async () => {
    const piped = await execFileAsync('bash', [
      '-c',
      `"$0" "$1" --help 2>&1 >/dev/full | head -c 2000; "$0" "$1" --help 2>&1 | true`,
      pinnedNode,
      entry,
    ]);
    expect(piped.stdout).toBe('');
  });

  it('prints help without looking at the home', async () => {
    const ran = await home.run('migrate', '--help', '--home', '/does/not/exist');
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('--tenant');
  });
});

describe('an overlay that points at what is another tenant’s', () => {
  const overlay = (): string => join(home.dir, 'tenants/acme/settings.yaml');
  const secretsOf = (name: string): string => join(home.dir, 'tenants', name, 'secrets.yaml');

  it.each([
    ['database', 'database:\n  name: tenant_liberty\n'],
    ['media root', 'media:\n  root: tenants/liberty/media\n'],
  ])(
    'refuses to migrate and to start with its %s',
    async (_what, lines) => {
      const original = readFileSync(overlay(), 'utf8');
      writeFileSync(overlay(), `${original}${lines}`);
      try {
        for (const verb of ['migrate', 'start']) {
          const ran = await home.run(verb, '--tenant', 'acme');
          expect(ran.code).toBe(78);
          expect(ran.stderr).toContain('liberty');
          expect(ran.stdout).not.toContain('To undo');
        }
        expect((await home.run('migrate', '--tenant', 'liberty')).code).toBe(0);
      } finally {
        writeFileSync(overlay(), original);
      }
    },
    60_000,
  );

  it('refuses by the stamp where even the passwords are the other tenant’s', async () => {
    const original = readFileSync(overlay(), 'utf8');
    const secrets = readFileSync(secretsOf('acme'), 'utf8');
    const libertySettings = join(home.dir, 'tenants/liberty/settings.yaml');
    const liberty = readFileSync(libertySettings, 'utf8');
    // liberty is moved out of the way, so that only the stamp in the database can tell
    writeFileSync(
      libertySettings,
      `${liberty}database:\n  name: tenant_elsewhere\n  ownerRole: x_owner\n  runtimeRole: x_run\n`,
    );
    writeFileSync(
      overlay(),
      `${original}database:\n  name: tenant_liberty\n  ownerRole: tenant_liberty_owner\n  runtimeRole: tenant_liberty\n`,
    );
    writeFileSync(secretsOf('acme'), readFileSync(secretsOf('liberty'), 'utf8'));
    try {
      for (const verb of ['migrate', 'start']) {
        const ran = await home.run(verb, '--tenant', 'acme');
        expect(ran.stderr).toMatch(/tenant_liberty.*liberty/);
        expect(ran.code).toBe(78);
      }
    } finally {
      writeFileSync(overlay(), original);
      writeFileSync(libertySettings, liberty);
      writeFileSync(secretsOf('acme'), secrets);
    }
  }, 60_000);
});

function passwordIn(secretsFile: string): string {
  return /runtimePassword: "?([\w-]+)/.exec(readFileSync(secretsFile, 'utf8'))?.[1] ?? 'no password found';
}
