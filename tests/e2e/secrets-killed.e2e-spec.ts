import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type Connection, connectAs, connectServer, type ServerAddress } from '#libs/database';
import { rotateSecrets, setSecret } from '#libs/operations';
import { openHome, Secret, serverAddress } from '#libs/settings';
import { killWhen } from '../support/killed-command.js';
import { operatorOf } from '../support/operator-of.js';
import { makeTestHome, type TestHome } from '../support/test-home.js';

interface Secrets {
  readonly database: Readonly<Record<string, string>>;
  readonly greetings?: { readonly key: string };
}

type Role = 'owner' | 'runtime';

/** Kills come at a moment that is seen from outside; on a busy machine one can come too late. */
const attempts = 8;

let home: TestHome;
let server: ServerAddress;
let admin: Connection;

const path = (name: string): string => join(home.dir, name);
const file = (): string => path('tenants/acme/secrets.yaml');
const lock = (): string => path('run/locks/tenant-acme.lock');
const text = (): string => readFileSync(file(), 'utf8');
const secrets = (): Secrets => parse(text()) as Secrets;
const isHalfWritten = (): boolean =>
  readdirSync(path('tenants/acme')).some((name) => /^secrets\.yaml\.\d+\.new$/.test(name));

beforeAll(async () => {
  home = await makeTestHome('killed');
  await home.done('tenant', 'create', 'acme', '--app', 'hello');
  await home.done('start', '--tenant', 'acme');
  server = serverAddress(openHome(home.dir, {}), 'main');
  admin = await connectServer(server);
}, 90_000);

afterAll(async () => {
  await admin.end();
  await home.remove();
}, 60_000);

/** What Postgres keeps of the role's password. */
async function verifier(role: Role): Promise<string> {
  const name = role === 'owner' ? 'tenant_acme_owner' : 'tenant_acme';
  const sql = 'SELECT rolpassword FROM pg_authid WHERE rolname = $1';
  const { rows } = await admin.query<{ rolpassword: string }>(sql, [name]);
  return rows[0]?.rolpassword ?? '';
}

async function canLogIn(role: Role, password: string | undefined): Promise<boolean> {
  if (password === undefined) return false;
  const db = {
    ...{ server, name: 'tenant_acme', ownerRole: 'tenant_acme_owner', runtimeRole: 'tenant_acme' },
    ...{ ownerPassword: new Secret(password), runtimePassword: new Secret(password) },
  };
  return connectAs(db, role).then(
    async (connection) => (await connection.end(), true),
    () => false,
  );
}

/** Whole, private, and with a password for each role that Postgres takes: also the tenant's process gets in anew. */
async function expectSound(): Promise<void> {
  expect(statSync(file()).mode & 0o7777).toBe(0o600);
  const { database } = secrets();
  for (const role of ['owner', 'runtime'] as const) {
    const [present, next] = [database[`${role}Password`], database[`${role}PasswordNext`]];
    expect([role, (await canLogIn(role, present)) || (await canLogIn(role, next))]).toEqual([role, true]);
  }
  await admin.query(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'tenant_acme'",
  );
  expect((await home.get('acme.localhost', '/')).status).toBe(200);
}

/** Nothing of the killed command is left. */
async function expectFinished(): Promise<void> {
  expect(Object.keys(secrets().database).toSorted()).toEqual(['ownerPassword', 'runtimePassword']);
  await expectSound();
  const leftovers = readdirSync(path('run/locks')).filter((name) => name === 'tenant-acme.lock');
  expect([leftovers, isHalfWritten()]).toEqual([[], false]);
}

describe('secrets rotate, killed', () => {
  const rotate = () =>
    rotateSecrets(operatorOf(home.dir), { tenant: 'acme', roles: ['owner', 'runtime'], plan: false });

  const has = (key: string) => (): boolean => text().includes(`${key}:`);

  /** Waits for one thing after the other. */
  function inOrder(...moments: (() => boolean | Promise<boolean>)[]): () => Promise<boolean> {
    let passed = 0;
    return async () => {
      if (await moments[passed]?.()) passed += 1;
      return passed === moments.length;
    };
  }

  const serverHas = (role: Role, before: string) => async (): Promise<boolean> =>
    (await verifier(role)) !== before;

  const moments: [string, (before: Record<Role, string>) => () => boolean | Promise<boolean>][] = [
    ['holding the lock', () => () => existsSync(lock())],
    ['in the middle of writing the file', () => isHalfWritten],
    ['with both passwords of the owner in the file', () => has('ownerPasswordNext')],
    ["with the owner's new one in Postgres", ({ owner }) => serverHas('owner', owner)],
    ['between the two roles', () => inOrder(has('ownerPasswordNext'), () => !has('ownerPasswordNext')())],
    ['with both passwords of the process in the file', () => has('runtimePasswordNext')],
    ["with the process's new one in Postgres", ({ runtime }) => serverHas('runtime', runtime)],
    ['at the very end', () => inOrder(has('runtimePasswordNext'), () => !has('runtimePasswordNext')())],
  ];

  it.each(moments)('%s: the tenant gets in, and the next call finishes', async (_name, moment) => {
    let isKilled = false;
    for (let attempt = 0; attempt < attempts && !isKilled; attempt += 1) {
      const before = { owner: await verifier('owner'), runtime: await verifier('runtime') };
      isKilled = await killWhen({
        home: home.dir,
        words: ['secrets', 'rotate', 'acme'],
        isDue: moment(before),
        within: path('tenants/acme'),
      });
      await expectSound();
    }
    expect(isKilled).toBe(true);
    await rotate();
    await expectFinished();
  });

  it('at whatever time', async () => {
    const began = performance.now();
    await home.done('secrets', 'rotate', 'acme');
    const took = performance.now() - began;
    for (const part of [0.5, 0.6, 0.7, 0.8, 0.9, 0.95]) {
      const start = performance.now();
      const isDue = (): boolean => performance.now() - start > part * took;
      await killWhen({ home: home.dir, words: ['secrets', 'rotate', 'acme'], isDue });
      await expectSound();
    }
    await home.done('migrate', 'status', '--tenant', 'acme');
    await rotate();
    await expectFinished();
  }, 90_000);
});

describe('secrets set, killed', () => {
  const words = ['secrets', 'set', 'acme', 'greetings.key'];
  const newKey = (): string => `key-${randomBytes(12).toString('hex')}`;

  async function set(key: string): Promise<void> {
    const value = () => Promise.resolve(new Secret(key));
    await setSecret(operatorOf(home.dir), { tenant: 'acme', key: 'greetings.key', value, plan: false });
    expect(secrets().greetings?.key).toBe(key);
  }

  const moments: [string, () => () => boolean][] = [
    ['holding the lock', () => () => existsSync(lock())],
    ['in the middle of writing the file', () => isHalfWritten],
    [
      'with the new file in place',
      () =>
        (
          (inode) => () =>
            statSync(file()).ino !== inode
        )(statSync(file()).ino),
    ],
  ];

  it.each(moments)('%s: the old value or the new, and the next call works', async (_name, moment) => {
    let isKilled = false;
    for (let attempt = 0; attempt < attempts && !isKilled; attempt += 1) {
      const [old, next] = [newKey(), newKey()];
      await set(old);
      const { database } = secrets();
      isKilled = await killWhen({
        home: home.dir,
        words,
        input: next,
        isDue: moment(),
        within: path('tenants/acme'),
      });
      expect([old, next]).toContain(secrets().greetings?.key);
      expect(secrets().database).toEqual(database);
      await expectSound();
    }
    expect(isKilled).toBe(true);
    await set(newKey());
    await expectFinished();
  });

  it('and what was set is what the tenant asks for', async () => {
    const key = newKey();
    await set(key);
    await home.done('restart', '--tenant', 'acme');
    const greet = async (headers: Record<string, string>): Promise<number> => {
      const body = JSON.stringify({ name: 'Ada', words: 'Hello' });
      const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
      return (await home.get('acme.localhost', '/api/greetings', init)).status;
    };
    expect([await greet({}), await greet({ 'x-key': newKey() }), await greet({ 'x-key': key })]).toEqual([
      401, 401, 201,
    ]);
  });
});
