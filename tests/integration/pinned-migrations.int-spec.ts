import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTable, type FleetHome, madeName, makeFleetHome } from '../support/fleet-home.js';

let home: FleetHome;

beforeAll(async () => {
  home = await makeFleetHome(4);
}, 60_000);

afterAll(() => home.remove(), 60_000);

async function ledgers(): Promise<string[][]> {
  return Promise.all(home.tenants.map(async (each) => (await home.ledgerOf(each)).map(({ name }) => name)));
}

const [one, two] = [[madeName(1)], [madeName(1), madeName(2)]];
const failsForFirst = {
  up: `SELECT 1 / (CASE WHEN current_database() LIKE 'testing\\_t01%' THEN 0 ELSE 1 END)`,
};

describe('a tenant with a release of its own', () => {
  it('is not brought further than that, also when a run is resumed after current has turned', async () => {
    home.use('1', [createTable('a')]);
    expect((await home.run('migrate', '--all')).code).toBe(0);
    appendFileSync(join(home.dir, 'tenants/t02/settings.yaml'), 'release: "1"\n');
    mkdirSync(join(home.dir, 'state/held'), { recursive: true });
    const hold = { release: '1', run: 'r', why: 'it did not start' };
    writeFileSync(join(home.dir, 'state/held/t03.json'), JSON.stringify(hold));
    home.use('2', [createTable('a'), failsForFirst]);
    const cut = await home.run('migrate', '--all', '--parallel', '1', '--max-failures', '0', '--json');
    const { run, tenants } = cut.json<{ run: string; tenants: { state: string }[] }>();
    expect(tenants.map(({ state }) => state)).toEqual(['failed', ...Array(3).fill('not reached')]);
    home.use('3', [createTable('a'), failsForFirst, createTable('c')]);
    await home.run('migrate', 'resume', run);
    expect(await ledgers()).toEqual([one, one, one, two]);
  }, 60_000);

  it('goes further where a release is typed, if it is held, but never if it is pinned', async () => {
    const ran = await home.run('migrate', '--tenant', 't02,t03', '--release', '2');
    expect(ran.code).toBe(0);
    expect(await ledgers()).toEqual([one, one, two, two]);
    const { tenants } = (await home.run('migrate', 'status', '--tenant', 't02', '--json')).json<{
      tenants: { pending: string[] }[];
    }>();
    expect(tenants[0]?.pending).toEqual([]);
  }, 60_000);

  it('takes migrations back by the release that is typed', async () => {
    home.use('4', [createTable('a')]);
    const down = await home.run(
      'migrate',
      'down',
      '--tenant',
      't02',
      '--steps',
      '1',
      '--release',
      '4',
      '--confirm',
      't02',
    );
    expect([down.code, down.stderr]).toEqual([0, expect.any(String)]);
    expect((await ledgers())[1]).toEqual([]);
  }, 60_000);
});
