import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectServer } from '#libs/database';
import { openHome, serverAddress } from '#libs/settings';
import { makeTestHome, type TestHome } from '../support/test-home.js';

let home: TestHome;

beforeAll(async () => {
  home = await makeTestHome('limits');
  await home.done('tenant', 'create', 'acme');
  await home.done('start', '--tenant', 'acme');
}, 90_000);

afterAll(() => home.remove(), 60_000);

async function limit(): Promise<number> {
  const admin = await connectServer(serverAddress(openHome(home.dir, {}), 'main'));
  const { rows } = await admin.query<{ rolconnlimit: number }>(
    "SELECT rolconnlimit FROM pg_roles WHERE rolname = 'tenant_acme'",
  );
  await admin.end();
  return rows[0]?.rolconnlimit ?? Number.NaN;
}

const raises = (): number[] =>
  readFileSync(join(home.dir, 'state/tenants/acme.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; connections: number })
    .flatMap(({ event, connections }) => (event === 'connection limit raised' ? [connections] : []));

describe("the connection limit of a tenant's role", () => {
  it('follows the settings at the next start, and at the next migration', async () => {
    const before = await limit();
    await home.done('settings', 'set', 'acme', 'database.pool.max', '21');
    const started = await limit();
    expect(started).toBe(21 * 2 + 3);
    expect(started).toBeGreaterThan(before);
    await home.done('settings', 'set', 'acme', 'process.workers', '2', '--no-restart');
    expect(await limit()).toBe(started);
    await home.done('migrate', '--tenant', 'acme');
    expect(await limit()).toBe(21 * 2 * 2 + 3);
    await home.done('migrate', '--tenant', 'acme');
    await home.done('settings', 'set', 'acme', 'database.pool.max', '5');
    expect(await limit()).toBe(21 * 2 * 2 + 3);
    expect(raises()).toEqual([45, 87]);
    expect((await home.get('acme.localhost', '/')).status).toBe(200);
  }, 60_000);
});
