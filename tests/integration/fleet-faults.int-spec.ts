import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { connectAs, connectServer } from '#libs/database';
import { resumeRun } from '#libs/operations';
import { entry, pinnedNode } from '../support/command-line.js';
import { runner } from '../support/shared-bundle.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { type FleetHome, createTable, madeName, makeFleetHome, runFilesOf } from '../support/fleet-home.js';
import { operatorOf } from '../support/operator-of.js';
import { testServer } from '../support/test-postgres.js';

interface Ended {
  readonly run: string;
  readonly counts: { done: number; failed: number; skipped: number; notReached: number };
  readonly tenants: readonly { name: string; state: string; code?: string; error: string | null }[];
}

const count = 4;
const proxy = new FaultProxy(testServer());
const direct = (): number => testServer().port;
let home: FleetHome;

beforeAll(async () => {
  home = await makeFleetHome(count);
}, 60_000);

afterAll(() => home.remove(), 60_000);

const logged = [
  createTable('applied'),
  { up: 'INSERT INTO applied VALUES (2)', down: 'DELETE FROM applied WHERE id = 2' },
];

/** Each tenant has each migration once, by the ledger and by what it wrote. */
async function expectComplete(names: readonly string[] = [madeName(1), madeName(2)]): Promise<void> {
  for (const tenant of home.tenants) {
    expect((await home.ledgerOf(tenant)).map(({ name }) => name)).toEqual(names);
    const connection = await connectAs(tenant.database, 'runtime');
    const { rows } = await connection.query('SELECT id FROM applied');
    await connection.end();
    expect(rows).toEqual(names.length > 1 ? [{ id: 2 }] : []);
  }
}

/** As if nothing had ever run. */
async function reset(): Promise<void> {
  for (const { database } of home.tenants) {
    const owner = await connectAs(database, 'owner');
    await owner.query(
      'DROP TABLE IF EXISTS applied; DROP TABLE IF EXISTS public.migrations; DELETE FROM tenantry.ledger',
    );
    await owner.end();
  }
  rmSync(join(home.dir, 'state', 'runs'), { recursive: true, force: true });
}

function serveAt(port: number): void {
  const file = join(home.dir, 'tenantry.yaml');
  const { postgres } = parse(readFileSync(file, 'utf8')) as {
    postgres: { servers: { main: { host: string; port: number } } };
  };
  const { host } = testServer();
  postgres.servers.main = { ...postgres.servers.main, host: port === direct() ? host : '127.0.0.1', port };
  writeFileSync(file, JSON.stringify({ postgres }));
}

async function migrate(...words: string[]): Promise<Ended & { code: number | null }> {
  const ran = await home.run('migrate', ...words, '--json');
  return { ...ran.json<Ended>(), code: ran.code };
}

async function asAdmin(sql: string): Promise<{ rowCount: number | null }> {
  const admin = await connectServer(testServer());
  try {
    return await admin.query(sql);
  } finally {
    await admin.end();
  }
}

describe('a runner that is killed', () => {
  beforeEach(() => home.use(`killed-${Date.now()}`, logged));
  afterEach(reset);

  async function killAt(step: number): Promise<boolean> {
    const child = spawn(pinnedNode, [runner('fleet-runner'), home.dir, String(step)], { stdio: 'ignore' });
    await new Promise((resolve) => child.once('exit', resolve));
    return child.signalCode === 'SIGKILL';
  }

  it('at whatever step: the run goes on, and each migration ran once', async () => {
    let step = 1;
    // The last tenants' steps are those of the first ones again.
    for (; (await killAt(step)) && step <= 14; step += 1) {
      const [file = ''] = runFilesOf(home.dir);
      const run = file.replace('.jsonl', '');
      const { exitCode, data } = await resumeRun(operatorOf(home.dir), { run });
      expect([step, exitCode, (data as Ended).counts.done]).toEqual([step, 0, count]);
      await expectComplete();
      for (const tenant of home.tenants) {
        expect(new Set((await home.ledgerOf(tenant)).map((each) => each.run))).toEqual(new Set([run]));
      }
      await reset();
    }
    expect(step).toBe(15);
  }, 180_000);

  it('at whatever time, in the middle of its own record', async () => {
    for (const delayMs of [250, 350, 450, 600]) {
      const child = spawn(pinnedNode, [entry, 'migrate', '--all'], {
        env: { TENANTRY_HOME: home.dir, PATH: process.env['PATH'] },
        stdio: 'ignore',
      });
      await sleep(delayMs);
      child.kill('SIGKILL');
      await new Promise((resolve) =>
        child.exitCode === null && child.signalCode === null ? child.once('exit', resolve) : resolve(0),
      );
      const [file] = existsSync(join(home.dir, 'state', 'runs')) ? runFilesOf(home.dir) : [];
      if (file !== undefined) {
        writeFileSync(join(home.dir, 'state', 'runs', file), '{"event":"tenant en', { flag: 'a' });
        const shown = await home.run('migrate', 'resume', file.replace('.jsonl', ''));
        expect(shown.stderr + shown.stdout).toContain(`${count} done, 0 failed.`);
      } else await migrate('--all');
      await expectComplete();
      await reset();
    }
  }, 60_000);

  it('leaves its record to one who goes on at a time', async () => {
    expect(await killAt(5)).toBe(true);
    const run = (runFilesOf(home.dir)[0] ?? '').replace('.jsonl', '');
    const listed = (await home.run('runs', 'list', '--json')).json<{ runs: { state: string }[] }>();
    expect(listed.runs[0]?.state).toBe('interrupted');
    const both = await Promise.all([home.run('migrate', 'resume', run), home.run('migrate', 'resume', run)]);
    const codes = both.map(({ code }) => code ?? -1).toSorted((a, b) => a - b);
    expect([
      [0, 0],
      [0, 75],
    ]).toContainEqual(codes);
    await expectComplete();
  });
});

describe('faults while migrating', () => {
  beforeEach(() => home.use(`faults-${Date.now()}`, logged));
  afterEach(async () => {
    serveAt(direct());
    await proxy.cut();
    await reset();
  });

  it('two runs at once: both done, each migration once', async () => {
    const both = await Promise.all([migrate('--all'), migrate('--all')]);
    expect(both.map(({ code, counts }) => [code, counts.done])).toEqual([
      [0, count],
      [0, count],
    ]);
    await expectComplete();
  });

  it('a server that is down at the start: nobody was reached, and the run goes on later', async () => {
    await proxy.open();
    serveAt(proxy.port);
    await proxy.cut();
    const ended = await migrate('--all');
    expect([ended.code, ended.counts]).toEqual([1, { done: 0, failed: 0, skipped: 0, notReached: count }]);
    serveAt(direct());
    expect((await home.run('migrate', 'resume', ended.run)).code).toBe(0);
    await expectComplete();
  });

  it('a server that goes away between tenants and in the middle of one', async () => {
    const napping = "SELECT pg_sleep(1.5) WHERE current_database() LIKE 'testing\\_t02%'";
    home.use(`slow-${Date.now()}`, [
      createTable('applied'),
      { up: [napping, 'INSERT INTO applied VALUES (2)'], down: 'DELETE FROM applied' },
    ]);
    await proxy.open();
    serveAt(proxy.port);
    const running = migrate('--all', '--parallel', '1');
    while (!recordText().includes('"event":"tenant ended"')) await sleep(20);
    while (!(await isAsleep())) await sleep(20);
    await proxy.cut();
    const ended = await running;
    expect(ended.code).toBe(3);
    expect(ended.counts).toMatchObject({ done: 1, failed: 1, notReached: 2 });
    expect(ended.tenants[1]).toMatchObject({ state: 'failed', code: 'MIGRATION_CUT_OFF' });
    serveAt(direct());
    expect((await home.run('migrate', 'resume', ended.run)).code).toBe(3);
    expect((await home.run('migrate', 'retry-failed', ended.run)).code).toBe(0);
    await expectComplete();
  }, 30_000);

  async function isAsleep(): Promise<boolean> {
    const { rowCount } = await asAdmin(
      "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'",
    );
    return rowCount === 1;
  }

  function recordText(): string {
    const folder = join(home.dir, 'state', 'runs');
    if (!existsSync(folder)) return '';
    return runFilesOf(home.dir)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('');
  }

  it('a server that restarts: waits for it', async () => {
    await proxy.open();
    serveAt(proxy.port);
    await proxy.cut();
    const running = migrate('--all');
    await sleep(1200);
    await proxy.open();
    expect(await running).toMatchObject({ code: 0, counts: { done: count } });
    await expectComplete();
  });

  it('a backend that ends in the middle of a migration: rolled back, and the next try works', async () => {
    const end = `SELECT pg_terminate_backend(pg_backend_pid()) WHERE current_database() LIKE 'testing\\_t02%'`;
    home.use(`ended-${Date.now()}`, [
      createTable('applied'),
      { up: ['INSERT INTO applied VALUES (2)', end] },
    ]);
    const ended = await migrate('--all');
    expect([ended.code, ended.counts.done, ended.tenants[1]?.code]).toEqual([3, 3, 'MIGRATION_CUT_OFF']);
    home.use(`mended-${Date.now()}`, [createTable('applied'), { up: 'INSERT INTO applied VALUES (2)' }]);
    expect((await home.run('migrate', 'retry-failed', ended.run)).code).toBe(0);
    await expectComplete();
  });

  it('a wrong password: the others are done, and the error names no password', async () => {
    const file = join(home.dir, 'tenants', 't03', 'secrets.yaml');
    const right = readFileSync(file, 'utf8');
    writeFileSync(file, right.replaceAll(/(ownerPassword: ).+/g, '$1wrong-one'));
    const ended = await migrate('--all');
    writeFileSync(file, right);
    expect([ended.code, ended.counts]).toEqual([3, { done: 3, failed: 1, skipped: 0, notReached: 0 }]);
    expect(ended.tenants[2]).toMatchObject({ state: 'failed', code: 'WRONG_PASSWORD' });
    expect(JSON.stringify(ended)).not.toContain('wrong-one');
    expect((await home.run('migrate', 'retry-failed', ended.run)).code).toBe(0);
    await expectComplete();
  });

  it('no connection left: waits as long as it may for one', async () => {
    const role = `"${home.tenants[0]?.database.ownerRole}"`;
    await asAdmin(`ALTER ROLE ${role} CONNECTION LIMIT 0`);
    const ended = await migrate('--all', '--lock-wait', '1');
    expect(ended.tenants[0]).toMatchObject({ state: 'failed', code: 'TOO_MANY_CONNECTIONS' });
    const waiting = migrate('t01', '--lock-wait', '10');
    await sleep(1000);
    await asAdmin(`ALTER ROLE ${role} CONNECTION LIMIT -1`);
    expect((await waiting).code).toBe(0);
    await expectComplete();
  });

  it('a table that somebody holds: fails in time, stops no other, and works later', async () => {
    await migrate('--all', '--to', madeName(1));
    const [first] = home.tenants;
    if (first === undefined) throw new TypeError('no tenant');
    const holder = await connectAs(first.database, 'owner');
    await holder.query('BEGIN; LOCK TABLE applied');
    const ended = await migrate('--all', '--lock-timeout', '300ms');
    await holder.end();
    expect([ended.code, ended.counts.done]).toEqual([3, 3]);
    expect(ended.tenants[0]?.error).toContain('canceling statement due to lock timeout. It was rolled back');
    expect((await home.run('migrate', 'retry-failed', ended.run)).code).toBe(0);
    await expectComplete();
  });

  it('a tenant that is dropped meanwhile is skipped, and said so', async () => {
    const folder = join(home.dir, 'tenants', 't04');
    const words = ['--all', '--wave', '2', '--wave-check', `mv "${folder}" "${home.dir}/t04"`];
    const ended = await migrate(...words);
    renameSync(join(home.dir, 't04'), folder);
    expect([ended.code, ended.counts]).toEqual([3, { done: 3, failed: 0, skipped: 1, notReached: 0 }]);
    expect(ended.tenants[3]).toMatchObject({ name: 't04', state: 'skipped', why: 'dropped meanwhile' });
    expect((await migrate('t04')).code).toBe(0);
  });

  it('two tenants on one database, by another name of the server: the second writes nothing', async () => {
    const file = join(home.dir, 'tenants', 't02', 'settings.yaml');
    const before = readFileSync(file, 'utf8');
    const yaml = readFileSync(join(home.dir, 'tenantry.yaml'), 'utf8');
    const { postgres } = parse(yaml) as { postgres: { servers: Record<string, object> } };
    postgres.servers['other'] = { ...postgres.servers['main'], host: '127.0.0.1' };
    writeFileSync(join(home.dir, 'tenantry.yaml'), JSON.stringify({ postgres }));
    const secrets = readFileSync(join(home.dir, 'secrets.yaml'), 'utf8');
    const password = (parse(secrets) as { postgres: { servers: { main: object } } }).postgres.servers.main;
    const both = { postgres: { servers: { main: password, other: password } } };
    writeFileSync(join(home.dir, 'secrets.yaml'), JSON.stringify(both));
    const [first] = home.tenants;
    const own = parse(before) as { database: object };
    const stolen = {
      name: first?.database.name,
      ownerRole: first?.database.ownerRole,
      runtimeRole: first?.database.runtimeRole,
      server: 'other',
    };
    writeFileSync(file, JSON.stringify({ ...own, database: stolen }));
    const keys = join(home.dir, 'tenants', 't02', 'secrets.yaml');
    const keysBefore = readFileSync(keys, 'utf8');
    writeFileSync(keys, readFileSync(join(home.dir, 'tenants', 't01', 'secrets.yaml')));
    const ended = await migrate('t02');
    writeFileSync(file, before);
    writeFileSync(keys, keysBefore);
    writeFileSync(join(home.dir, 'tenantry.yaml'), yaml);
    writeFileSync(join(home.dir, 'secrets.yaml'), secrets);
    expect(ended.code).toBe(78);
    expect(ended.tenants[0]?.error).toContain("carries t01's stamp. Nothing was written.");
    expect(await Promise.all(home.tenants.slice(0, 1).map((each) => home.ledgerOf(each)))).toEqual([[]]);
  });
});

describe('a state folder that cannot be written to', () => {
  const state = (): string => join(home.dir, 'state');
  const isRoot = process.geteuid?.() === 0;
  const system = (command: string, ...args: string[]): Promise<boolean> =>
    new Promise((resolve) => execFile(command, args, (error) => resolve(error === null)));

  it('full from the start or in the middle: nothing unrecorded is begun, and the run goes on', async () => {
    home.use(`full-${Date.now()}`, logged);
    if (!isRoot || !(await system('mount', '-t', 'tmpfs', '-o', 'size=12k', 'tmpfs', state()))) {
      console.warn('skipped: a small file system can only be mounted by root');
      return;
    }
    try {
      const ran = await home.run('migrate', '--all', '--parallel', '1', '--json');
      expect(ran.code).not.toBe(0);
      expect(ran.stderr).toContain('cannot be written: ENOSPC');
      const { run, counts } = ran.json<Ended>();
      expect(counts.notReached).toBeGreaterThan(0);
      expect(counts.failed).toBe(0);
      await system('mount', '-o', 'remount,size=1m', state());
      const resumed = await home.run('migrate', 'resume', run);
      expect([resumed.code, resumed.stdout]).toEqual([0, expect.stringContaining('4 done, 0 failed.')]);
      await expectComplete();
      await home.run('migrate', 'undo', run, '--confirm', 'all');
      writeFileSync(join(state(), 'ballast'), Buffer.alloc(1024 * 1024), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      const refused = await home.run('migrate', '--all');
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('Free some space')]);
      for (const tenant of home.tenants) expect(await home.ledgerOf(tenant)).toEqual([]);
    } finally {
      await system('umount', state());
    }
  }, 30_000);
});
