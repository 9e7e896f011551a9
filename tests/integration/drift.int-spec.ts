import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectAs } from '#libs/database';
import { serverObjects } from '../support/catalog.js';
import { killWhen } from '../support/killed-command.js';
import { createTable, type FleetHome, madeName, makeFleetHome } from '../support/fleet-home.js';

interface Drift {
  readonly tenants: readonly {
    name: string;
    state: string;
    release: string | null;
    head: string | null;
    fingerprint: string | null;
    differences: { object: string; state: string; sql: string }[];
    error: string | null;
  }[];
}

let home: FleetHome;

beforeAll(async () => {
  home = await makeFleetHome(5);
  home.use('1', [createTable('a'), { up: 'CREATE INDEX a_id ON a (id)' }]);
  expect((await home.run('migrate', '--all')).code).toBe(0);
}, 120_000);

afterAll(() => home.remove(), 120_000);

async function byHand(number: number, sql: string): Promise<void> {
  const tenant = home.tenants[number - 1];
  if (tenant === undefined) throw new TypeError('no such tenant');
  const connection = await connectAs(tenant.database, 'admin');
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}

describe('migrate drift', () => {
  it('finds nothing where nobody has changed anything', async () => {
    const found = await home.run('migrate', 'drift', '--all');
    expect([found.code, found.stdout]).toEqual([0, '-- 5 of 5 as their release makes them, 0 differ.\n']);
  });

  it('wants to be told which tenants', async () => {
    expect((await home.run('migrate', 'drift')).code).toBe(2);
  });

  it('shows an index made by hand with its definition, and the statement that takes it back', async () => {
    await byHand(3, 'CREATE INDEX by_hand ON a (id DESC) WHERE id > 5');
    const found = await home.run('migrate', 'drift', '--all');
    expect(found.code).toBe(3);
    expect(found.stdout).toBe(
      [
        `-- t03: 1 difference from release 1 at ${madeName(2)}`,
        '-- excess: index public.by_hand',
        '-- CREATE INDEX by_hand ON public.a USING btree (id DESC) WHERE (id > 5);',
        'DROP INDEX public.by_hand;',
        '',
        '-- 4 of 5 as their release makes them, 1 differs.\n',
      ].join('\n'),
    );
    expect((await home.run('migrate', 'drift', 't03')).code).toBe(1);
    const status = await home.run('migrate', 'status', '--all');
    expect([status.code, status.stdout]).toEqual([
      0,
      [
        'TENANT                    HEAD               PENDING  UNKNOWN  DRIFT  FAILED  ERROR',
        `t01, t02, t04 and 1 more  ${madeName(2)}  0        0        0      -`,
        `t03                       ${madeName(2)}  0        0        1      -`,
        'DRIFT counts what differs from what the release makes. Show it with `tenantry migrate drift --tenant t03`.\n',
      ].join('\n'),
    ]);
    const quick = (await home.run('migrate', 'status', 't03', '--no-drift', '--json')).json<Drift>();
    expect(quick.tenants).toMatchObject([{ name: 't03', drift: null }]);
    expect((await home.run('migrate', 'drift', '--all', '--exclude', 't03')).code).toBe(0);
  });

  it('tells tenants that differ alike once, and each with the names of its own roles in JSON', async () => {
    for (const number of [1, 2]) {
      const { runtimeRole } = home.tenants[number - 1]?.database ?? { runtimeRole: '' };
      await byHand(number, `REVOKE DELETE ON a FROM ${runtimeRole}`);
    }
    const { stdout } = await home.run('migrate', 'drift', '--all');
    expect(stdout).toContain(`-- t01, t02: 1 difference from release 1 at ${madeName(2)}\n`);
    expect(stdout).toContain('GRANT DELETE ON TABLE public.a TO :"runtime";\n');
    const { tenants } = (await home.run('migrate', 'drift', '--all', '--json')).json<Drift>();
    expect(tenants[0]?.differences[0]?.sql).toContain(
      `GRANT DELETE ON TABLE public.a TO "${home.tenants[0]?.database.runtimeRole}";`,
    );
    expect(tenants.map(({ state }) => state)).toEqual(['differs', 'differs', 'differs', 'same', 'same']);
    expect(tenants[0]?.fingerprint).toBe(tenants[1]?.fingerprint);
    expect(tenants[3]?.fingerprint).not.toBe(tenants[0]?.fingerprint);
  });

  it('compares each tenant at its own head, and says where its release cannot', async () => {
    expect((await home.run('migrate', 'down', 't05', '--steps', '1')).code).toBe(0);
    const { tenants } = (await home.run('migrate', 'drift', 't04,t05', '--json')).json<Drift>();
    expect(tenants.map(({ state, head }) => [state, head])).toEqual([
      ['same', madeName(2)],
      ['differs', madeName(1)],
    ]);
    // The index: its migration takes nothing back.
    expect(tenants[1]?.differences[0]?.object).toBe('index public.a_id');
    home.use('0', [createTable('a')]);
    const older = await home.run('migrate', 'drift', 't04,t05', '--json');
    expect([older.code, older.json<Drift>().tenants[0]?.error]).toEqual([
      1,
      `t04: has ${madeName(2)}, which release 0 does not know, so it cannot make the like. Compare with the release that brought it, by --release.`,
    ]);
    expect((await home.run('migrate', 'drift', 't04', '--release', '1')).code).toBe(0);
  });

  it('removes what a killed comparison has left', async () => {
    const words = ['migrate', 'drift', '--all'];
    // Others may use scratch databases of their own on this server meanwhile.
    const others = new Set(await serverObjects('tenantry_scratch_'));
    const made = async (): Promise<string[]> =>
      (await serverObjects('tenantry_scratch_')).filter((name) => !others.has(name));
    const isDue = async (): Promise<boolean> => (await made()).length >= 3;
    expect(await killWhen({ home: home.dir, words, isDue })).toBe(true);
    const left = await made();
    await home.run(...words);
    for (let tries = 0; tries < 100; tries += 1) {
      const still = await serverObjects('tenantry_scratch_');
      if (!left.some((name) => still.includes(name))) return;
      await sleep(100);
    }
    expect(await serverObjects('tenantry_scratch_')).toEqual([]);
  });
});
