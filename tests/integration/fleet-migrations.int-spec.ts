import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestingTenant } from '#libs/runtime';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTable, type FleetHome, madeName, makeFleetHome, timelineOf } from '../support/fleet-home.js';

interface Migrated {
  readonly run: string;
  readonly counts: { done: number; failed: number; skipped: number; notReached: number };
  readonly tenants: readonly {
    name: string;
    state: string;
    applied: string[];
    head: string | null;
    error: string | null;
  }[];
}

interface Runs {
  readonly runs: readonly { id: string; state: string; command: string; tenants: Migrated['counts'] }[];
}

let home: FleetHome;

function first(): TestingTenant {
  const [tenant] = home.tenants;
  if (tenant === undefined) throw new TypeError('no tenant');
  return tenant;
}

beforeAll(async () => {
  home = await makeFleetHome(20);
}, 120_000);

afterAll(() => home.remove(), 120_000);

async function everyLedger(): Promise<string[][]> {
  return Promise.all(home.tenants.map(async (each) => (await home.ledgerOf(each)).map(({ name }) => name)));
}

const brokenForSeventh = {
  up: `SELECT 1 / (CASE WHEN current_database() LIKE 'testing\\_t07%' THEN 0 ELSE 1 END)`,
};

describe('migrate over many tenants', () => {
  it('says what it would do and writes nothing, no record either', async () => {
    home.use('1', [createTable('a')]);
    const planned = await home.run('migrate', '--all', '--plan', '--json');
    expect(planned.json<Migrated>().tenants[0]).toEqual({
      ...{ name: 't01', state: 'done', pending: [madeName(1)], unknown: [], head: null, error: null },
    });
    expect(await everyLedger()).toEqual(home.tenants.map(() => []));
    expect(existsSync(join(home.dir, 'state', 'runs'))).toBe(false);
    expect(readdirSync(join(home.dir, 'state'))).toEqual([]);
  });

  it('brings all to the head, reads it back, and has a record', async () => {
    const done = (await home.run('migrate', '--all', '--json')).json<Migrated>();
    expect(done.counts).toEqual({ done: 20, failed: 0, skipped: 0, notReached: 0 });
    expect(done.tenants[6]).toMatchObject({
      name: 't07',
      state: 'done',
      applied: [madeName(1)],
      head: madeName(1),
    });
    expect(await home.ledgerOf(first())).toEqual([{ name: madeName(1), run: done.run }]);
    const [newest] = (await home.run('runs', 'list', '--json')).json<Runs>().runs;
    expect(newest).toMatchObject({ id: done.run, state: 'done', tenants: done.counts });
    expect(newest?.command).toBe('tenantry migrate --all --json');
    expect(timelineOf(home.dir, 't07').map(({ event }) => event)).toEqual(['migration started', 'migrated']);
  });

  it('has nothing to do the second time, and leaves the timelines alone', async () => {
    const again = await home.run('migrate', '--all');
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(/^Run \S+: 20 done, 0 failed\.\n$/);
    expect(timelineOf(home.dir, 't07')).toHaveLength(2);
  });

  it('loads no ORM to find that out', async () => {
    const { tenantryWith } = await import('../support/command-line.js');
    const spying = `import { registerHooks } from 'node:module';
      registerHooks({ resolve(name, context, next) { if (/(^|\\/)typeorm(-\\w+\\.mjs)?$/.test(name)) console.error('LOADED', name); return next(name, context); } });`;
    const spy = `data:text/javascript,${encodeURIComponent(spying)}`;
    const env = { NODE_OPTIONS: `--import=${spy}` };
    expect((await tenantryWith({ home: home.dir, env }, 'migrate', '--all')).stderr).not.toContain('LOADED');
    const down = await tenantryWith({ home: home.dir, env }, 'migrate', 'down', 't20', '--steps', '1');
    expect(down.stderr).toContain('LOADED');
    expect((await home.run('migrate', 't20')).code).toBe(0);
  });

  let failed: Migrated;

  it('stops for no tenant that fails: the others are done, exit 3', async () => {
    home.use('2', [createTable('a'), brokenForSeventh, createTable('b')]);
    const ran = await home.run('migrate', '--all', '--json');
    expect(ran.code).toBe(3);
    failed = ran.json<Migrated>();
    expect(failed.counts).toEqual({ done: 19, failed: 1, skipped: 0, notReached: 0 });
    expect(failed.tenants[6]).toMatchObject({ name: 't07', state: 'failed', applied: [], head: null });
    expect(failed.tenants[6]?.error).toContain(`t07: migration ${madeName(2)} failed: division by zero.`);
    expect(ran.stderr).toContain(`✖ t07: migration ${madeName(2)} failed: division by zero.`);
    const status = await home.run('migrate', 'status');
    expect(status.stdout).toMatch(/^t01, t02, t03 and 16 more +Step1700000000003 +0 +0 +0 +-/m);
    expect(status.stdout).toMatch(new RegExp(`^t07 +${madeName(1)} +2 +0 +0 +in ${failed.run}`, 'm'));
  });

  it('tries only the failed one again when it is mended', async () => {
    home.use('2.1', [createTable('a'), { up: 'SELECT 1' }, createTable('b')]);
    const edited = await home.run('migrate', '--all', '--plan', '--json');
    expect(edited.code).toBe(3);
    expect(edited.json<Migrated>().tenants[0]?.error).toContain(
      `t01: ${madeName(2)} was changed after it had been applied. Nothing was written.`,
    );
    const retried = await home.run('migrate', 'retry-failed', failed.run, '--json');
    expect(retried.code).toBe(0);
    expect(retried.json<Migrated>().tenants).toMatchObject([
      { name: 't07', state: 'done', applied: [madeName(2), madeName(3)] },
    ]);
    const allowed = await home.run('migrate', '--all', '--allow', madeName(2), '--json');
    expect(allowed.json<Migrated>().counts.done).toBe(20);
  });

  it('undoes what a run applied and nothing else, for the tenants of that run', async () => {
    home.use('2.2', [createTable('a'), brokenForSeventh, createTable('b')]);
    const unconfirmed = await home.run('migrate', 'undo', failed.run);
    expect(unconfirmed.code).toBe(4);
    expect(unconfirmed.stderr).toContain('If you mean it, add --confirm 19, or --confirm all.');
    const undone = await home.run('migrate', 'undo', failed.run, '--confirm', '19', '--json');
    expect(undone.json<Migrated>().counts).toMatchObject({ done: 19, failed: 0 });
    const ledgers = await everyLedger();
    expect(ledgers[6]).toEqual([madeName(1), madeName(2), madeName(3)]);
    ledgers.splice(6, 1);
    expect(ledgers).toEqual(Array.from({ length: 19 }, () => [madeName(1)]));
  });

  it('refuses to undo where one of them is irreversible, before any is touched', async () => {
    home.use('3', [createTable('a'), { up: 'SELECT 1', more: "isReversible = false; kind = 'contract'" }]);
    const run = (await home.run('migrate', '--tenant', 't01,t02', '--json')).json<Migrated>().run;
    const before = await everyLedger();
    const undone = await home.run('migrate', 'undo', run, '--confirm', 'all');
    expect(undone.code).toBe(4);
    expect(undone.stderr).toContain(`${madeName(2)} is declared irreversible`);
    expect(await everyLedger()).toEqual(before);
    expect((await home.run('migrate', 'undo', run, '--plan')).code).toBe(1);
  });

  it('refuses a database from which a newer release has taken something away', async () => {
    home.use('0', []);
    const refused = await home.run('migrate', 't01');
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('t01: the database is newer than the release, which does not know');
    const status = await home.run('migrate', 'status', 't01', '--release', '3', '--json');
    expect(status.json()).toMatchObject({ release: '3', tenants: [{ pending: [], unknown: [] }] });
  });

  it('goes in waves, and stops where the check between them fails', async () => {
    home.use('4', [createTable('a'), { up: 'SELECT 1' }, createTable('c')]);
    const words = [
      'migrate',
      '--all',
      '--exclude',
      't01,t02,t07',
      '--allow',
      madeName(3),
      '--wave',
      '5',
      '--wave-check',
    ];
    const stopped = await home.run(...words, 'echo "error rate is 12%" >&2; exit 1', '--json');
    expect(stopped.code).toBe(3);
    const { counts, run } = stopped.json<Migrated>();
    expect(counts).toEqual({ done: 5, failed: 0, skipped: 0, notReached: 12 });
    expect((await home.run('runs', 'show', run)).stdout).toContain(`Next: tenantry migrate resume ${run}`);
    const listed = (await home.run('runs', 'list', '--json')).json<Runs>().runs[0];
    expect(listed).toMatchObject({ id: run, state: 'interrupted' });
    const undoing = (await home.run('migrate', 'undo', run, '--plan')).stdout;
    expect(undoing).toBe(
      ['t03', 't04', 't05', 't06', 't08']
        .map((name) => `${name}: would take back ${madeName(3)}, ${madeName(2)}\n`)
        .join(''),
    );
  });

  it('stops when more have failed than may', async () => {
    home.use('5', [createTable('a'), { up: 'SELECT 1' }, { up: 'SELECT * FROM nowhere' }]);
    const targets = ['--tenant', 't08,t09,t10,t11,t12', '--parallel', '1'];
    const stopped = await home.run('migrate', ...targets, '--max-failures', '20%', '--json');
    expect(stopped.code).toBe(1);
    expect(stopped.json<Migrated>().counts).toMatchObject({ failed: 2, notReached: 3 });
  });

  it('takes the last migrations back, of several tenants only with their number', async () => {
    home.use('6', [createTable('a'), { up: 'SELECT 1' }, createTable('z')]);
    expect((await home.run('migrate', 't20', '--to', madeName(2))).code).toBe(0);
    expect((await home.run('migrate', 'down', 't20')).code).toBe(2);
    const down = await home.run('migrate', 'down', 't20', '--steps', '1', '--json');
    expect(down.json<Migrated>().tenants).toMatchObject([
      { name: 't20', applied: [madeName(2)], head: madeName(1) },
    ]);
    expect((await home.run('migrate', 'down', 't19,t20', '--steps', '1', '--confirm', '3')).code).toBe(4);
  });

  it('warns of statements that block tenants in use, in the plan and when asked', async () => {
    home.use('7', [createTable('a'), { up: 'SELECT 1' }, { up: 'CREATE INDEX slow ON a (id)' }]);
    const planned = await home.run('migrate', 't20', '--plan');
    expect(planned.stdout).toContain(`${madeName(3)}: index-not-concurrent: CREATE INDEX slow ON a (id)\n`);
    const linted = await home.run('migrate', 'lint', '--json');
    expect(linted.code).toBe(1);
    expect(linted.json()).toMatchObject({
      ...{ release: '7', allowed: [] },
      findings: [{ migration: madeName(3), rule: 'index-not-concurrent', allowed: null }],
    });
    expect((await home.run('migrate', 'lint', '--since', madeName(3))).code).toBe(0);
    expect((await home.run('migrate', 'lint', '--since', 'Nope')).code).toBe(2);
  });

  it('keeps passwords out of its records', () => {
    const folder = join(home.dir, 'state', 'runs');
    const text = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
    for (const { database } of home.tenants) expect(text).not.toContain(database.ownerPassword.reveal());
  });
});
