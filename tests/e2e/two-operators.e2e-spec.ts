import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Ran, tenantryWith } from '../support/command-line.js';
import { type TestHome, makeTestHome } from '../support/test-home.js';

function linesOf(...path: readonly string[]): string[] {
  return readFileSync(join(...path), 'utf8')
    .trim()
    .split('\n');
}

function codesOf(rans: readonly Ran[]): (number | null)[] {
  return rans.map(({ code }) => code).toSorted((a, b) => Number(a) - Number(b));
}

describe('two operators who lay out one folder at once', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'two-operators-'));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it('have one home, laid out by one of them; the other is told', async () => {
    for (let round = 0; round < 4; round += 1) {
      const dir = join(scratch, `home-${round}`);
      const init = () => tenantryWith({ home: dir, cwd: scratch }, 'init', dir);
      const rans = await Promise.all([init(), init(), init()]);
      const [done, ...refused] = rans.toSorted((a, b) => Number(a.code) - Number(b.code));
      expect(done?.code).toBe(0);
      for (const { code, stderr } of refused) {
        expect([4, 75]).toContain(code);
        expect(stderr).toMatch(
          code === 75 ? /: locked by "tenantry init" \(process \d+ on / : /is a home already/,
        );
      }
      expect(existsSync(join(dir, 'tenantry.yaml'))).toBe(true);
      expect(linesOf(dir, 'state', 'runs.jsonl')).toHaveLength(1);
    }
  }, 60_000);
});

describe('a folder that a killed command had begun to lay out', () => {
  const dir = mkdtempSync(join(tmpdir(), 'half-a-home-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('is laid out; one with a stranger in it is not', async () => {
    mkdirSync(join(dir, 'run', 'locks'), { recursive: true });
    writeFileSync(join(dir, 'tenantry.yaml.7.new'), 'postgr');
    writeFileSync(join(dir, 'notes.txt'), 'mine');
    const refused = await tenantryWith({ home: dir }, 'init', dir);
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain(': expected an empty folder, found notes.txt. Choose');
    rmSync(join(dir, 'notes.txt'));
    expect((await tenantryWith({ home: dir }, 'init', dir)).code).toBe(0);
  });
});

describe('two operators at once', () => {
  let home: TestHome;
  const both = (...words: readonly string[]): Promise<Ran[]> =>
    Promise.all([home.run(...words), home.run(...words)]);
  const states = async (): Promise<string[]> =>
    (await home.done('status', '--json'))
      .json<{ tenants: { name: string; state: string }[] }>()
      .tenants.map(({ name, state }) => `${name} ${state}`);

  beforeAll(async () => {
    home = await makeTestHome('two operators');
  }, 60_000);

  afterAll(async () => {
    await home.remove();
  }, 60_000);

  it('start one Postgres', async () => {
    const rans = await both('postgres', 'start', '--json');
    expect(codesOf(rans)).toEqual([0, 0]);
    const [pid, other] = rans.map((ran) => ran.json<{ pid: number }>().pid);
    expect(pid).toBe(other);
  }, 60_000);

  it('create a tenant once; the second is told who is at it, or that it exists', async () => {
    const rans = await both('tenant', 'create', 'acme');
    const [done, refused] = rans.toSorted((a, b) => Number(a.code) - Number(b.code));
    expect(done?.code).toBe(0);
    expect([4, 75]).toContain(refused?.code);
    expect(refused?.stderr).toMatch(
      refused?.code === 75
        ? /^tenant acme: locked by "tenantry tenant create acme" \(process \d+ on /
        : /^acme: exists already/,
    );
    expect((await home.run('migrate', 'acme')).code).toBe(0);
  }, 60_000);

  it('create two tenants side by side, but not with one host', async () => {
    const rans = await Promise.all([
      home.run('tenant', 'create', 'liberty', '--host', 'shared.localhost'),
      home.run('tenant', 'create', 'zed', '--host', 'shared.localhost'),
    ]);
    const names = ['liberty', 'zed'].filter((_name, index) => rans[index]?.code !== 0);
    expect(names).not.toEqual([]);
    for (const { stderr } of rans.filter(({ code }) => code !== 0)) {
      expect(stderr).toMatch(/host "shared\.localhost" is also claimed by (liberty|zed)/);
    }
    for (const name of names) {
      expect(existsSync(join(home.dir, 'tenants', name))).toBe(false);
      await home.done('tenant', 'create', name);
    }
  }, 60_000);

  it('migrate all, each migration once', async () => {
    const rans = await both('migrate', '--all', '--json');
    expect(codesOf(rans)).toEqual([0, 0]);
    const [run, other] = rans.map((ran) => ran.json<{ run: string }>().run);
    expect(run).not.toBe(other);
  }, 60_000);

  it('start all: one supervisor, one process each', async () => {
    const rans = await both('start', '--all', '--json');
    expect(codesOf(rans)).toEqual([0, 0]);
    const pids = rans.map((ran) => ran.json<{ tenants: { pid: number }[] }>().tenants.map(({ pid }) => pid));
    expect(pids[0]).toEqual(pids[1]);
  }, 60_000);

  it('stop all, and the supervisor goes', async () => {
    for (let round = 0; round < 3; round += 1) {
      expect(codesOf(await both('stop', '--all'))).toEqual([0, 0]);
      expect(await states()).toEqual(['acme stopped', 'liberty stopped', 'zed stopped']);
      await home.done('start', '--all');
    }
  }, 120_000);

  it('stop and start: who came last is right, and nobody fails', async () => {
    for (let round = 0; round < 3; round += 1) {
      const [stopped, started] = await Promise.all([home.run('stop', '--all'), home.run('start', '--all')]);
      expect([stopped?.code, started?.code, stopped?.stderr, started?.stderr]).toEqual([
        0,
        0,
        expect.not.stringContaining('✖'),
        expect.not.stringContaining('✖'),
      ]);
      await home.done('start', '--all');
    }
    expect(await states()).toEqual(['acme running', 'liberty running', 'zed running']);
  }, 120_000);

  it('change one setting each: what was said to be done is there', async () => {
    const change = (key: string, value: string) => home.run('settings', 'set', 'acme', key, value);
    const rans = await Promise.all([change('site.title', 'At work'), change('site.tagline', 'Two at once')]);
    const text = readFileSync(join(home.dir, 'tenants', 'acme', 'settings.yaml'), 'utf8');
    for (const [index, value] of ['At work', 'Two at once'].entries()) {
      expect([rans[index]?.code, text.includes(value)]).toEqual(
        rans[index]?.code === 0 ? [0, true] : [75, false],
      );
    }
    expect(codesOf(rans)[0]).toBe(0);
  }, 60_000);

  it('are told of a lock that another host holds', async () => {
    const file = join(home.dir, 'run', 'locks', 'tenant-beta.lock');
    const owner = {
      host: 'elsewhere',
      pid: 7,
      startTime: '1',
      command: 'tenantry tenant create beta',
      at: '2026-11-21T01:02:03.000Z',
    };
    writeFileSync(file, JSON.stringify(owner));
    const ran = await home.run('tenant', 'create', 'beta', '--json');
    rmSync(file);
    expect(ran.code).toBe(75);
    expect(ran.json()).toMatchObject({ error: { code: 'LOCKED', tenant: 'beta' } });
  });
});
