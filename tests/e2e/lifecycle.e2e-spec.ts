import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectServer } from '#libs/database';
import { openHome, serverAddress } from '#libs/settings';
import { makeTestHome, type TestHome } from '../support/test-home.js';

describe('the life cycle of a tenant', () => {
  let home: TestHome;

  beforeAll(async () => {
    home = await makeTestHome('life');
    await home.done('tenant', 'create', 'acme');
    await home.done('tenant', 'create', 'zed');
    await home.done('start', '--all');
  }, 120_000);

  afterAll(() => home?.remove(), 60_000);

  const status = async (host: string): Promise<number> => (await home.get(`${host}.localhost`, '/')).status;

  async function inDatabase<Row extends object>(database: string, sql: string): Promise<Row[]> {
    const server = serverAddress(openHome(home.dir, {}), 'main');
    const admin = await connectServer({ ...server, database });
    try {
      return (await admin.query<Row>(sql)).rows;
    } finally {
      await admin.end();
    }
  }

  /** Rows of each table, and a checksum of each file but the identity. */
  async function content(tenant: string): Promise<object> {
    const rows = await inDatabase<{ table: string; count: string }>(
      `tenant_${tenant}`,
      `SELECT relname AS table, (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I.%I',
         nspname, relname), false, true, '')))[1]::text AS count
         FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
        WHERE relkind = 'r' AND nspname IN ('public', 'tenantry') ORDER BY 1`,
    );
    const folder = join(home.dir, 'tenants', tenant, 'media');
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile() && entry.name !== '.tenant',
    );
    const sums = files.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [file.slice(folder.length), createHash('sha256').update(readFileSync(file)).digest('hex')];
    });
    return { rows, sums: sums.map((pair) => pair.join(' ')).toSorted() };
  }

  it('suspends: a page, no process, and no start, until it is resumed', async () => {
    const suspended = await home.done('tenant', 'suspend', 'acme', '--reason', 'unpaid');
    expect(suspended.stdout).toContain('To undo, run: tenantry tenant resume acme');
    const answer = await home.get('acme.localhost', '/', { headers: { accept: 'text/html' } });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '3600']);
    expect(await answer.text()).toContain('This site is suspended');
    const refused = await home.run('start', '--tenant', 'acme');
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('is suspended')]);
    expect((await home.done('start', '--all')).stderr).toContain('acme: is suspended, and left alone');
    const listed = (await home.done('tenant', 'list', '--json')).json<{ tenants: object[] }>();
    expect(listed.tenants).toMatchObject([
      { name: 'acme', state: 'suspended' },
      { name: 'zed', state: 'running' },
    ]);
    await home.done('migrate', '--all');
    expect((await home.done('tenant', 'suspend', 'acme')).stdout).toContain('suspended already');
    await home.done('tenant', 'resume', 'acme');
    expect([await status('acme'), await status('zed')]).toEqual([200, 200]);
  }, 60_000);

  it('deletes into the trash and brings back every row and file', async () => {
    mkdirSync(join(home.dir, 'tenants/acme/media/private/deep'));
    writeFileSync(join(home.dir, 'tenants/acme/media/private/deep/contract.pdf'), 'signed');
    const before = await content('acme');
    const asked = await home.run('tenant', 'delete', 'acme');
    expect([asked.code, asked.stderr]).toEqual([4, expect.stringContaining('--confirm acme')]);
    expect((await home.run('tenant', 'delete', 'acme', '--confirm', 'zed')).code).toBe(4);
    const plan = (await home.done('tenant', 'delete', 'acme', '--plan', '--json')).json<{ plan: string[] }>();
    expect(plan.plan).toHaveLength(4);
    expect(await status('acme')).toBe(200);
    const deleted = await home.done('tenant', 'delete', 'acme', '--confirm', 'acme');
    expect(deleted.stdout).toContain('To undo, run: tenantry tenant undelete acme');
    expect([await status('acme'), await status('zed')]).toEqual([421, 200]);
    const again = await home.run('tenant', 'delete', 'acme', '--confirm', 'acme');
    expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/was deleted at .*undelete acme/)]);
    expect((await home.done('settings', 'check', '--all')).code).toBe(0);
    await home.done('tenant', 'undelete', 'acme');
    expect([await content('acme'), await status('acme')]).toEqual([before, 200]);
  }, 60_000);

  it('gives the name to another tenant meanwhile, and does not mix the two', async () => {
    await home.done('tenant', 'delete', 'acme', '--confirm', 'acme');
    await home.done('tenant', 'create', 'acme', '--title', 'Second');
    const refused = await home.run('tenant', 'undelete', 'acme');
    expect([refused.code, refused.stderr]).toEqual([
      4,
      expect.stringContaining('a tenant of this name again'),
    ]);
    await home.done('tenant', 'delete', 'acme', '--confirm', 'acme');
    const { tenants } = (await home.done('tenant', 'list', '--deleted', '--json')).json<{
      tenants: { run: string }[];
    }>();
    expect(tenants).toHaveLength(2);
    await home.done('tenant', 'undelete', 'acme', '--run', tenants[1]?.run ?? '');
    await home.done('start', '--tenant', 'acme');
    expect(await (await home.get('acme.localhost', '/')).text()).toContain('Acme');
    expect((await home.run('tenant', 'purge', 'acme')).code).toBe(4);
    await home.done('tenant', 'purge', 'acme', '--confirm', 'acme');
    const second = await home.run('tenant', 'purge', 'acme', '--confirm', 'acme');
    expect([second.code, second.stderr]).toEqual([2, expect.stringContaining('no deleted tenant')]);
    expect(await inDatabase('postgres', "SELECT FROM pg_roles WHERE rolname LIKE 'trash%'")).toEqual([]);
  }, 90_000);

  it('refuses to bring back a host that another tenant has now', async () => {
    await home.done('tenant', 'delete', 'acme', '--confirm', 'acme');
    await home.done('settings', 'set', 'zed', 'hosts', '[zed.localhost, acme.localhost]');
    const refused = await home.run('tenant', 'undelete', 'acme');
    expect([refused.code, refused.stderr]).toEqual([78, expect.stringContaining('also claimed by zed')]);
    await home.done('settings', 'set', 'zed', 'hosts', '[zed.localhost]');
    await home.done('tenant', 'undelete', 'acme');
    expect(await status('acme')).toBe(200);
  }, 60_000);

  it('purges what has expired, and nothing else', async () => {
    await home.done('tenant', 'create', 'old');
    await home.done('tenant', 'delete', 'old', '--confirm', 'old');
    expect((await home.done('tenant', 'purge', '--expired')).stdout).toContain('Nothing has expired');
    const [folder = ''] = readdirSync(join(home.dir, 'tenants/_trash'));
    const record = join(home.dir, 'tenants/_trash', folder, 'deleted.json');
    writeFileSync(record, readFileSync(record, 'utf8').replace(/"expiresAt": "\d+/, '"expiresAt": "2001'));
    expect((await home.done('tenant', 'purge', '--expired')).stdout).toContain('1 of 1 purged');
    expect(readdirSync(join(home.dir, 'tenants/_trash'))).toEqual([]);
  }, 60_000);

  it('renames with everything that has the name, and sends visitors of the old host on', async () => {
    const before = await content('acme');
    const taken = await home.run('tenant', 'rename', 'acme', 'zed');
    expect([taken.code, taken.stderr]).toEqual([4, expect.stringContaining('is there already')]);
    const renamed = await home.done(
      'tenant',
      'rename',
      'acme',
      'apex',
      '--host',
      'apex.localhost',
      '--redirect',
    );
    expect(renamed.stdout).toContain('To undo, run: tenantry tenant rename apex acme --host acme.localhost');
    expect([await content('apex'), await status('apex')]).toEqual([before, 200]);
    const moved = await home.get('acme.localhost', '/news?page=2', { method: 'POST' });
    const location = `http://apex.localhost:${home.port}/news?page=2`;
    expect([moved.status, moved.headers.get('location')]).toEqual([308, location]);
    expect(await inDatabase('tenant_apex', 'SELECT tenant FROM tenantry.stamp')).toEqual([
      { tenant: 'apex' },
    ]);
    const shown = await home.done('tenant', 'show', 'apex', '--json');
    expect(shown.stdout).toContain('undeleted');
    await home.done('tenant', 'rename', 'apex', 'acme', '--host', 'acme.localhost');
    expect([await content('acme'), await status('acme'), await status('apex')]).toEqual([before, 200, 421]);
    expect(readFileSync(join(home.dir, 'tenants/acme/settings.yaml'), 'utf8')).not.toContain('redirects');
  }, 60_000);

  it('takes back what it has done when a step fails', async () => {
    const trash = join(home.dir, 'tenants/_trash');
    renameSync(trash, `${trash}-aside`);
    // No mode keeps root out; a file where the folder is to be does.
    writeFileSync(trash, '');
    const failed = await home.run('tenant', 'delete', 'acme', '--confirm', 'acme');
    expect([failed.code, failed.stderr]).toEqual([
      1,
      expect.stringMatching(/taking back what was done.*cannot be renamed/s),
    ]);
    rmSync(trash);
    renameSync(`${trash}-aside`, trash);
    expect([await status('acme'), readdirSync(join(home.dir, 'state/lifecycle'))]).toEqual([200, []]);
  }, 60_000);
});
