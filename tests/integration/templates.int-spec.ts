import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectServer } from '#libs/database';
import { createTable, type FleetHome, makeFleetHome, timelineOf } from '../support/fleet-home.js';
import { testServer } from '../support/test-postgres.js';

let home: FleetHome;

beforeAll(async () => {
  home = await makeFleetHome(1);
}, 60_000);

afterAll(() => home.remove(), 60_000);

/** Databases that are templates of this home. */
async function templates(): Promise<{ name: string; home: string; release: string }[]> {
  const admin = await connectServer(testServer());
  try {
    const { rows } = await admin.query<{ name: string; comment: string | null }>(
      `SELECT datname AS name, shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname LIKE 'tenantry\\_template\\_%'`,
    );
    return rows
      .map(({ name, comment }) => ({ name, about: comment?.replace('tenantry template ', '') ?? '{}' }))
      .map(({ name, about }) => ({ name, ...(JSON.parse(about) as { home: string; release: string }) }))
      .filter((template) => template.home === home.dir);
  } finally {
    await admin.end();
  }
}

describe('tenant create', () => {
  it('builds a template with the first tenant of a release, and clones it for each', async () => {
    home.use('1', [createTable('a'), createTable('b')]);
    const first = await home.run('tenant', 'create', 'acme');
    expect([first.code, first.stderr]).toEqual([
      0,
      expect.stringContaining('✔ template for tenants of release 1\n'),
    ]);
    const [template] = await templates();
    expect(template).toMatchObject({ release: '1' });
    const second = await home.run('tenant', 'create', 'zed');
    expect(second.stderr).toContain(
      `✔ database tenant_zed with roles tenant_zed_owner and tenant_zed, cloned from ${template?.name}\n`,
    );
    expect(second.stderr).not.toContain('✔ template');
    expect((await home.run('migrate', 'drift', 'acme,zed')).stdout).toContain(
      '-- 2 of 2 as their release makes them',
    );
    expect((await home.run('migrate', 'acme,zed')).stdout).toContain('2 done, 0 failed');
    expect(timelineOf(home.dir, 'zed').map(({ event }) => event)).toEqual(['created']);
  }, 60_000);

  it('shares it between releases with the same migrations, and drops it for one with others', async () => {
    home.use('1.1', [createTable('a'), createTable('b')]);
    expect((await home.run('tenant', 'create', 'lib')).stderr).not.toContain('✔ template');
    const [old] = await templates();
    home.use('2', [createTable('a'), createTable('b'), createTable('c')]);
    const created = await home.run('tenant', 'create', 'newest');
    expect(created.stderr).toContain('✔ template for tenants of release 2\n');
    // Releases 1 and 1.1 are still there, and may be gone back to.
    expect((await templates()).map(({ release }) => release).toSorted()).toEqual(['1', '2']);
    expect(old).toMatchObject({ release: '1' });
  }, 60_000);

  it('migrates where there can be no template, says why once, and tries no more', async () => {
    home.use('3', [
      createTable('keys'),
      { up: 'INSERT INTO keys SELECT (random() * 1e6)::int FROM generate_series(1, 9)' },
    ]);
    const first = await home.run('tenant', 'create', 'varied');
    expect([first.code, first.stderr]).toEqual([
      0,
      expect.stringContaining(
        '! no template: the migrations write other rows into public.keys each time they run. Each new tenant is migrated instead.',
      ),
    ]);
    expect(first.stderr).toContain('✔ 2 migrations\n');
    const second = await home.run('tenant', 'create', 'varied-too');
    expect([second.code, second.stderr]).toEqual([0, expect.not.stringContaining('template')]);
    expect(readdirSync(join(home.dir, 'state/templates'))).toHaveLength(1);
  }, 60_000);

  it('migrates where the template was spoilt, and has a new one made', async () => {
    home.use('4', [createTable('a'), createTable('d')]);
    expect((await home.run('tenant', 'create', 'one')).code).toBe(0);
    const template = (await templates()).find(({ release }) => release === '4');
    const admin = await connectServer(testServer());
    const server = testServer();
    try {
      await admin.query(`ALTER DATABASE ${template?.name} ALLOW_CONNECTIONS true`);
      const inside = await connectServer({ ...server, database: template?.name ?? '' });
      await inside.query('CREATE INDEX by_hand ON a (id)');
      await inside.end();
      await admin.query(`ALTER DATABASE ${template?.name} ALLOW_CONNECTIONS false`);
    } finally {
      await admin.end();
    }
    const spoilt = await home.run('tenant', 'create', 'two');
    expect([spoilt.code, spoilt.stderr]).toEqual([0, expect.stringContaining('It is migrated instead.')]);
    expect((await home.run('migrate', 'drift', 'two')).code).toBe(0);
    expect((await home.run('tenant', 'create', 'three')).stderr).toContain(
      '✔ template for tenants of release 4\n',
    );
  }, 60_000);

  it('loses its template with the last release that has these migrations', async () => {
    // Not such that wait to be deployed.
    const event = { at: new Date().toISOString(), run: 'r', event: 'good', release: '4' };
    appendFileSync(join(home.dir, 'state/releases.jsonl'), `${JSON.stringify(event)}\n`);
    const pruned = await home.run('release', 'prune', '--keep', '1', '--json');
    expect([pruned.stderr, pruned.json<{ removed: string[] }>().removed]).toEqual([
      expect.stringContaining('no release needs it'),
      ['1', '1.1', '2', '3'],
    ]);
    expect((await templates()).map(({ release }) => release)).toEqual(['4']);
  }, 60_000);
});
