import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { connectAs } from '#libs/database';

import { application } from '../../../../tests/support/sample-app/application.js';
import { ask, SampleProcess } from '../../../../tests/support/sample-app/sample-process.js';
import { testServer } from '../../../../tests/support/test-postgres.js';
import { TestingHome, type TestingTenant } from '../testing/testing-home.js';

const started: SampleProcess[] = [];
const headers = { host: 'acme.localhost' };
let home: TestingHome;
let acme: TestingTenant;
let scratchHome: TestingHome;
let scratch: TestingTenant;
let folder: string;

beforeAll(async () => {
  home = new TestingHome(testServer(), application);
  acme = await home.addTenant('acme', { overlay: { site: { title: 'Acme-title' } } });
  await home.addTenant('liberty');
  scratchHome = new TestingHome(testServer(), application);
  scratch = await scratchHome.addTenant('dry-boot', { overlay: { site: { title: 'Canary-title' } } });
});

beforeEach(() => {
  folder = mkdtempSync(join(home.dir, 'log-'));
});

afterEach(async () => {
  for (const each of started.splice(0)) await each.kill();
  rmSync(folder, { recursive: true, force: true });
});

afterAll(async () => {
  await scratchHome.remove();
  await home.remove();
});

function start(env: Record<string, string>, nodeArgs: readonly string[] = []): SampleProcess {
  const made = new SampleProcess({
    ...{ nodeArgs, descriptors: ['ipc'], cwd: folder },
    env: { ...env, CANARY: 'Canary-variable' },
  });
  started.push(made);
  return made;
}

async function spare(nodeArgs: readonly string[] = []): Promise<SampleProcess> {
  const made = start({ TENANT: 'dry-boot', TENANTRY_HOME: scratchHome.dir, TENANTRY_SPARE: '1' }, nodeArgs);
  await hear(made, 'spare');
  return made;
}

async function hear(made: SampleProcess, type: string): Promise<void> {
  const ended = made.exit().then((code) => {
    throw new TypeError(`exit ${code}: ${made.stderr}${made.stdout}`);
  });
  ended.catch(() => undefined);
  for (;;) {
    const [message] = (await Promise.race([once(made.child, 'message'), ended])) as [{ type: string }];
    if (message.type === type) return;
  }
}

async function become(made: SampleProcess): Promise<void> {
  const env = { TENANT: 'acme', TENANTRY_HOME: home.dir, NODE_ENV: 'production' };
  made.child.send({ type: 'become', env, logFile: join(folder, 'acme.log') });
  await hear(made, 'ready');
}

/** What a process has open beside its output, as `/proc` has it: files and sockets by kind, without their numbers. */
function openFiles({ child }: SampleProcess): string[] {
  const fds = `/proc/${child.pid}/fd`;
  const others = readdirSync(fds).filter((fd) => Number(fd) > 2);
  const links = others.flatMap((fd) => {
    try {
      return [readlinkSync(join(fds, fd)).replace(/:\[\d+\]$/, '')];
    } catch {
      return [];
    }
  });
  return links.toSorted();
}

async function connectionsOf({ database }: TestingTenant): Promise<number> {
  const admin = await connectAs(database, 'admin');
  try {
    const { rows } = await admin.query(
      'SELECT count(*)::int AS count FROM pg_stat_activity WHERE usename = $1',
      [database.runtimeRole],
    );
    return (rows[0] as { count: number }).count;
  } finally {
    await admin.end();
  }
}

describe('a spare process', () => {
  it('waits without a connection, then serves the tenant that it is told, and logs as that tenant', async () => {
    const made = await spare();
    expect(await connectionsOf(scratch)).toBe(0);
    await become(made);
    const socketPath = acme.socket;
    expect((await ask({ socketPath, path: '/', headers })).status).toBe(200);
    const ready = await ask({ socketPath, path: '/health/ready' });
    expect(JSON.parse(ready.text)).toMatchObject({ tenant: 'acme', status: 'ready' });
    expect((await ask({ socketPath, path: '/', headers: { host: 'dry-boot.localhost' } })).status).toBe(421);
    const lines = readFileSync(join(folder, 'acme.log'), 'utf8').trim().split('\n');
    expect(new Set(lines.map((line) => (JSON.parse(line) as { tenant: string }).tenant))).toEqual(
      new Set(['acme']),
    );
    expect([made.stdout, made.stderr]).toEqual(['', '']);
    made.child.kill('SIGTERM');
    expect(await made.exit()).toBe(0);
  });

  it('says in the tenant’s log what it died of, without its secrets', async () => {
    const made = await spare();
    await become(made);
    await ask({ socketPath: acme.socket, path: '/crash', headers }).catch(() => undefined);
    expect(await made.exit()).toBe(1);
    const log = readFileSync(join(folder, 'acme.log'), 'utf8');
    expect(log).toMatch(/"level":"fatal".*"tenant":"acme".*cannot connect as/);
    expect(log).not.toContain(acme.database.runtimePassword.reveal());
  });

  it('refuses as any other process does: exit 78 with one line', async () => {
    const made = await spare();
    const env = { TENANT: 'nobody', TENANTRY_HOME: home.dir };
    made.child.send({ type: 'become', env, logFile: join(folder, 'nobody.log') });
    expect(await made.exit()).toBe(78);
    expect(readFileSync(join(folder, 'nobody.log'), 'utf8')).toMatch(/^.*nobody.*\n$/);
  });

  it('ends when its supervisor does', async () => {
    const made = await spare();
    made.child.disconnect();
    expect(await made.exit()).toBe(0);
  });

  it('is not ready where something of the dry boot stays open', async () => {
    const made = start({
      ...{ TENANT: 'dry-boot', TENANTRY_HOME: scratchHome.dir, TENANTRY_SPARE: '1' },
      SAMPLE_LEAK: 'timer',
    });
    expect(await made.exit()).toBe(1);
    expect(made.stderr).toMatch(/^spare: its dry boot left an open Timeout behind\. /);
  });
});

describe('of the scratch boot', () => {
  it('no connection, file, socket or variable is left', async () => {
    const cold = start({ TENANT: 'acme', TENANTRY_HOME: home.dir });
    await hear(cold, 'ready');
    const expected = openFiles(cold);
    cold.child.kill('SIGTERM');
    await cold.exit();
    const made = await spare();
    await become(made);
    expect(openFiles(made)).toEqual(expected);
    expect(await connectionsOf(scratch)).toBe(0);
    expect(readdirSync(join(scratchHome.dir, 'run'))).toEqual([]);
  });

  it('nothing is reachable in memory: no settings, secrets, paths or names', async () => {
    const made = await spare(['--heapsnapshot-signal=SIGUSR2']);
    await become(made);
    await ask({ socketPath: acme.socket, path: '/', headers });
    made.child.kill('SIGUSR2');
    const text = await snapshotIn(folder);
    // The search finds what is there.
    expect([acme.database.name, 'Acme-title'].filter((present) => !text.includes(present))).toEqual([]);
    const { database, mediaRoot } = scratch;
    const secrets = [database.runtimePassword, database.ownerPassword].map((secret) => secret.reveal());
    const canaries = [
      ...secrets,
      database.name,
      mediaRoot,
      scratchHome.dir,
      'Canary-title',
      'Canary-variable',
    ];
    expect(canaries.filter((canary) => text.includes(canary))).toEqual([]);
  }, 60_000);
});

async function snapshotIn(dir: string): Promise<string> {
  for (let tries = 0; tries < 300; tries += 1) {
    const file = readdirSync(dir).find((name) => name.endsWith('.heapsnapshot'));
    const text = file === undefined ? '' : readFileSync(join(dir, file), 'utf8');
    if (text.trimEnd().endsWith(']}')) return text;
    await sleep(100);
  }
  throw new TypeError('no heap snapshot');
}
