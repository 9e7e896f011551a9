import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { setRolePassword } from '#libs/database';
import { Secret } from '#libs/settings';

import { application } from '../../../tests/support/sample-app/application.js';
import { ask, SampleProcess, type StartOptions } from '../../../tests/support/sample-app/sample-process.js';
import { isInMemory } from '../../../tests/support/process-memory.js';
import { testServer } from '../../../tests/support/test-postgres.js';
import { TestingHome, type TestingTenant } from './testing/testing-home.js';

const isRoot = process.getuid?.() === 0;
/** An administrator's password that stands nowhere else: not in this process's environment either. */
const adminPassword = `admin-${Math.random().toString(36).slice(2)}${Date.now()}`;

describe('a tenant process tells no secret', () => {
  const started: SampleProcess[] = [];
  let home: TestingHome;
  let acme: TestingTenant;
  let reports: string;

  beforeAll(async () => {
    home = new TestingHome(testServer(), application);
    acme = await home.addTenant('acme');
    reports = mkdtempSync(join(tmpdir(), 'tenantry-reports-'));
  });

  afterEach(async () => {
    for (const each of started.splice(0)) await each.kill();
  });

  afterAll(async () => {
    await home.remove();
    rmSync(reports, { recursive: true, force: true });
  });

  const get = (path: string) => ask({ socketPath: acme.socket, path, headers: { host: 'acme.localhost' } });

  async function start(options: Partial<StartOptions> = {}): Promise<SampleProcess> {
    const env = { TENANT: 'acme', TENANTRY_HOME: home.dir, ...options.env };
    const running = new SampleProcess({ ...options, env });
    started.push(running);
    await running.listening();
    return running;
  }

  const secretsFile = (): string => join(home.dir, 'tenants/acme/secrets.yaml');

  function ownPassword(): string {
    const { database } = JSON.parse(readFileSync(secretsFile(), 'utf8')) as {
      database: { runtimePassword: string };
    };
    return database.runtimePassword;
  }

  function write(database: Readonly<Record<string, string>>): void {
    writeFileSync(secretsFile(), JSON.stringify({ database }), { mode: 0o600 });
  }

  /** All ways of writing it, in all that the process has written. */
  function expectUntold(running: SampleProcess, ...passwords: readonly string[]): void {
    const said = running.stdout + running.stderr;
    const spellings = passwords.flatMap((one) => [
      one,
      JSON.stringify(one).slice(1, -1),
      encodeURIComponent(one),
    ]);
    expect(spellings.filter((one) => said.includes(one))).toEqual([]);
    expect(said).toContain('[secret]');
  }

  describe('when it ends by an error', () => {
    const password = String.raw`p@ss"w\ord/%41`;

    beforeAll(async () => {
      const { database, identity } = acme;
      await setRolePassword(database, identity, { role: 'runtime', password: new Secret(password) });
      write({ runtimePassword: password });
    });

    it.each([
      ['thrown', 'TypeError'],
      ['rejected', 'TypeError'],
      ['bare', 'UnhandledPromiseRejection'],
    ])('that was %s, whose message, stack and causes hold it', async (how, type) => {
      const env = { NODE_OPTIONS: '--report-uncaught-exception --report-on-fatalerror' };
      const running = await start({ env, cwd: reports });
      await get(`/crash?how=${how}`);
      expect(await running.exit()).toBe(1);
      expectUntold(running, password);
      const last = running.log.at(-1) as {
        msg: string;
        err: { type: string; message: string; cause?: unknown };
      };
      expect(last).toMatchObject({ level: 'fatal', msg: 'uncaught error', err: { type } });
      expect(last.err.message).toContain('cannot connect as [secret] to postgres://');
      expect(last.err.message).toContain(':[secret]@localhost/db');
      if (how !== 'bare') {
        expect(last.err).toMatchObject({
          stack: expect.stringContaining('[secret]'),
          cause: {
            message: 'login with {"password":"[secret]"} failed',
            cause: { message: "{ found: '[secret]' }" },
          },
        });
      }
      expect(readdirSync(reports)).toEqual([]);
    });

    it('that it only prints, beside the log', async () => {
      const running = await start();
      await get('/crash?how=printed');
      running.child.kill('SIGTERM');
      expect(await running.exit()).toBe(0);
      expectUntold(running, password);
      expect(running.stderr).toContain('Warning: cannot connect as [secret]');
    });
  });

  it('that was rotated while it ran: neither the old nor the new', async () => {
    const [old, next] = ['old-password-of-acme', 'new-password-of-acme'];
    const set = (password: string) =>
      setRolePassword(acme.database, acme.identity, { role: 'runtime', password: new Secret(password) });
    await set(old);
    write({ runtimePassword: old });
    const running = await start();
    await set(next);
    write({ runtimePassword: next });
    expect((await get('/connect?count=4')).status).toBe(200);
    await get('/crash?how=printed');
    await get('/crash?how=thrown');
    expect(await running.exit()).toBe(1);
    expectUntold(running, old, next);
  });

  const itOnLinux = existsSync('/proc/self/mem') ? it : it.skip;
  itOnLinux('and does not know how to administer the server (by /proc)', async () => {
    const file = join(home.dir, 'secrets.yaml');
    const before = readFileSync(file);
    writeFileSync(file, JSON.stringify({ postgres: { servers: { main: { password: adminPassword } } } }));
    try {
      const running = await start();
      await get('/');
      const { pid = 0 } = running.child;
      expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain(adminPassword);
      // The tenant's own password is there, so a search that finds nothing would be found out.
      expect(isInMemory(pid, ownPassword())).toBe(true);
      expect(isInMemory(pid, adminPassword)).toBe(false);
    } finally {
      writeFileSync(file, before);
    }
  });

  it("and starts where the home's secrets.yaml is not its to read", async () => {
    if (!isRoot) console.warn('Not root: the file is made unreadable instead of the process another user.');
    const uid = isRoot ? 54_321 : undefined;
    const file = join(home.dir, 'secrets.yaml');
    if (uid === undefined) chmodSync(file, 0);
    else giveAway(home.dir, uid, file);
    try {
      const running = await start(uid === undefined ? {} : { uid, cwd: home.dir });
      expect((await get('/')).status).toBe(200);
      expect(running.stderr).toBe('');
    } finally {
      chmodSync(file, 0o600);
      if (uid !== undefined) giveAway(home.dir, 0);
    }
  });
});

/** The folder and all below it, with one exception. */
function giveAway(folder: string, uid: number, except?: string): void {
  const inside = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  for (const path of [folder, ...inside]) if (path !== except) chownSync(path, uid, uid);
}
