import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type TenantDatabase, connectServer, setRolePassword } from '#libs/database';
import { readPidFile } from '#libs/processes';
import { Secret, openHome, parseTenantName, serverAddress, writeSecrets } from '#libs/settings';
import { type Ran, tenantryWith } from '../support/command-line.js';
import { type TestHome, makeTestHome } from '../support/test-home.js';

interface Passwords {
  readonly ownerPassword: string;
  readonly runtimePassword: string;
  readonly ownerPasswordNext?: string;
  readonly runtimePasswordNext?: string;
}

let home: TestHome;
/** Everything that any command has printed. */
const printed: string[] = [];
/** Every secret that there ever was. */
const secrets = new Set<string>();

const secretsFile = (): string => join(home.dir, 'tenants/acme/secrets.yaml');

function passwords(): Passwords {
  const { database: found } = parse(readFileSync(secretsFile(), 'utf8')) as { database: Passwords };
  for (const password of Object.values(found) as string[]) secrets.add(password);
  return found;
}

async function run(words: string, input?: string): Promise<Ran> {
  const ran = await tenantryWith(
    { home: home.dir, ...(input === undefined ? {} : { input }) },
    ...words.split(' '),
  );
  printed.push(ran.stdout, ran.stderr);
  return ran;
}

async function done(words: string): Promise<Ran> {
  const ran = await run(words);
  expect([ran.code, ran.code === 0 ? '' : ran.stderr]).toEqual([0, '']);
  return ran;
}

/** Of the tenant's process; of both while one replaces the other. */
const pids = (): number[] => readPidFile(join(home.dir, 'run/pids/acme.json')).map(({ pid }) => pid);

/** So that the process has to log in anew. Waits for their end: its pool could still hand out one that is ending. */
async function endConnections(): Promise<void> {
  const admin = await connectServer(serverAddress(openHome(home.dir, {}), 'main'));
  await admin.query(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'tenant_acme'",
  );
  await admin.end();
}

beforeAll(async () => {
  home = await makeTestHome('secrets');
  await done('tenant create acme');
  await done('start --tenant acme');
}, 90_000);

afterAll(async () => {
  await home.remove();
}, 60_000);

describe('secrets rotate', () => {
  it('only says what it would do with --plan', async () => {
    const before = passwords();
    const { stdout } = await done('secrets rotate acme --role owner --plan');
    expect(stdout).toContain('new password for the owner role');
    expect(passwords()).toEqual(before);
  });

  it('sets new passwords while the process goes on, which logs in with them', async () => {
    const before = passwords();
    const process = pids();
    let isOver = false;
    const statuses = new Set<number>();
    const visits = (async () => {
      for (; !isOver; await sleep(5)) statuses.add((await home.get('acme.localhost', '/')).status);
    })();
    await done('secrets rotate acme --json');
    isOver = true;
    await visits;
    const after = passwords();
    expect(after.ownerPassword).not.toBe(before.ownerPassword);
    expect(after.runtimePassword).not.toBe(before.runtimePassword);
    expect(Object.keys(after).toSorted()).toEqual(['ownerPassword', 'runtimePassword']);
    expect(statSync(secretsFile()).mode & 0o777).toBe(0o600);
    await endConnections();
    const answers = await Promise.all(Array.from({ length: 12 }, () => home.get('acme.localhost', '/')));
    expect(new Set([...answers.map(({ status }) => status), ...statuses])).toEqual(new Set([200]));
    expect(pids()).toEqual(process);
    await done('migrate status --tenant acme');
    await done('migrate --tenant acme');
  }, 60_000);

  it.each(['before', 'after'] as const)(
    'crashed %s the server took the password: the tenant gets in, the next call finishes',
    async (when) => {
      const acme = parseTenantName('acme');
      const { paths } = openHome(home.dir, {});
      const next = { owner: new Secret(`next-owner-${when}`), runtime: new Secret(`next-runtime-${when}`) };
      writeSecrets(paths, acme, {
        database: { ownerPasswordNext: next.owner, runtimePasswordNext: next.runtime },
      });
      passwords();
      if (when === 'after') {
        const { id } = JSON.parse(readFileSync(join(home.dir, 'tenants/acme/media/.tenant'), 'utf8')) as {
          id: string;
        };
        for (const role of ['owner', 'runtime'] as const) {
          await setRolePassword(database(), { tenant: 'acme', id }, { role, password: next[role] });
        }
      }
      await endConnections();
      expect((await home.get('acme.localhost', '/')).status).toBe(200);
      await done('migrate --tenant acme');
      await done('restart --tenant acme');
      await done('secrets rotate acme');
      expect(passwords()).toEqual({
        ownerPassword: next.owner.reveal(),
        runtimePassword: next.runtime.reveal(),
      });
      await done('migrate status --tenant acme');
    },
    60_000,
  );

  it('refuses what is kept elsewhere', async () => {
    const overlay = join(home.dir, 'tenants/acme/settings.yaml');
    const before = readFileSync(overlay, 'utf8');
    const file = readFileSync(secretsFile(), 'utf8');
    writeFileSync(overlay, `${before}database: { runtimePassword: { $file: runtime } }\n`);
    writeFileSync(join(home.dir, 'tenants/acme/runtime'), passwords().runtimePassword);
    writeFileSync(secretsFile(), `database: { ownerPassword: ${passwords().ownerPassword} }\n`);
    const { code, stderr } = await run('secrets rotate acme');
    writeFileSync(overlay, before);
    writeFileSync(secretsFile(), file);
    expect([code, stderr]).toEqual([
      4,
      expect.stringContaining('is kept elsewhere than in tenants/acme/secrets.yaml.'),
    ]);
  });
});

describe('secrets set', () => {
  it('refuses the passwords of the database, keys that are not secret, and no value', async () => {
    expect(await run('secrets set acme database.ownerPassword', 'x')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('secrets rotate acme'),
    });
    expect(await run('secrets set acme site.title', 'x')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is not a secret'),
    });
  });
});

describe('settings set', () => {
  it('restarts a running tenant, says so before, and can leave it', async () => {
    const before = pids();
    const plan = await done('settings set acme site.title Renamed --plan');
    expect(plan.stdout).toContain('Then acme would be restarted, without losing a request.');
    await done('settings set acme site.title Later --no-restart');
    expect(pids()).toEqual(before);
    await done('settings set acme site.title Renamed');
    expect(pids().filter((pid) => !before.includes(pid))).toHaveLength(1);
    expect(await (await home.get('acme.localhost', '/')).text()).toContain('Renamed');
  }, 60_000);
});

describe('no secret', () => {
  it("is in any process's arguments or environment, in a log, a timeline, or anything printed", async () => {
    await run('settings show acme');
    await run('settings show acme --json');
    await run('settings explain acme --json');
    await run('settings explain acme database.runtimePassword');
    await run('settings set acme database.runtimePassword nothing --verbose');
    await run('tenant show acme --json');
    passwords();
    const { postgres } = parse(readFileSync(join(home.dir, 'secrets.yaml'), 'utf8')) as {
      postgres: { servers: { main: { password: string } } };
    };
    secrets.add(postgres.servers.main.password);
    expect(secrets.size).toBeGreaterThanOrEqual(9);
    const places = [
      ...filesBelow(join(home.dir, 'run')),
      ...filesBelow(join(home.dir, 'state')),
      ...processFiles(),
    ];
    expect(places.length).toBeGreaterThan(20);
    const texts = [
      ...places.map((file) => [file, readQuietly(file)] as const),
      ['output', printed.join('\n')] as const,
    ];
    const leaks = texts.flatMap(([name, text]) =>
      [...secrets].filter((secret) => text.includes(secret)).map(() => name),
    );
    expect(leaks).toEqual([]);
  }, 60_000);
});

function database(): TenantDatabase {
  const { ownerPassword, runtimePassword } = passwords();
  return {
    server: serverAddress(openHome(home.dir, {}), 'main'),
    ...{ name: 'tenant_acme', ownerRole: 'tenant_acme_owner', runtimeRole: 'tenant_acme' },
    ownerPassword: new Secret(ownerPassword),
    runtimePassword: new Secret(runtimePassword),
  };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

function processFiles(): string[] {
  if (!existsSync('/proc')) return [];
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.flatMap((process) => [`/proc/${process}/cmdline`, `/proc/${process}/environ`]);
}

/** Processes come and go, and some are not ours to read. */
function readQuietly(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
