import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { homePaths } from '#libs/settings';
import { makeTestHome, type TestHome } from '../../../../tests/support/test-home.js';

interface Status {
  readonly supervisor: { readonly spares: number };
  readonly tenants: readonly { readonly name: string; readonly state: string; readonly pid: number }[];
}

let home: TestHome;

const status = async (): Promise<Status> => (await home.done('status', '--json')).json<Status>();
const pidOf = async (name: string): Promise<number | undefined> =>
  (await status()).tenants.find((tenant) => tenant.name === name)?.pid;
const sparePids = (): number[] => {
  const file = join(home.dir, 'run/pids/spares.json');
  if (!existsSync(file)) return [];
  return (JSON.parse(readFileSync(file, 'utf8')) as { processes: { pid: number }[] }).processes.map(
    ({ pid }) => pid,
  );
};

async function untilSpare(): Promise<number> {
  const end = Date.now() + 40_000;
  while ((await status()).supervisor.spares === 0) {
    if (Date.now() > end) throw new TypeError(readFileSync(join(home.dir, 'run/log/spares.log'), 'utf8'));
    await pause(100);
  }
  return sparePids()[0] ?? 0;
}

beforeAll(async () => {
  home = await makeTestHome('spares');
  appendFileSync(join(home.dir, 'tenantry.yaml'), '\nspares: 1\n');
  for (const name of ['acme', 'liberty']) await home.done('tenant', 'create', name);
  appendFileSync(join(home.dir, 'tenants/acme/settings.yaml'), '\nprocess: { startOn: request }\n');
  await home.done('start', '--all');
}, 120_000);

afterAll(async () => {
  await home.remove();
}, 60_000);

describe('a home that keeps a spare', () => {
  it('gives it to the tenant that wakes, and makes another', async () => {
    const spare = await untilSpare();
    // Where it booted dry.
    const [scratch = ''] = readdirSync(join(home.dir, 'run/scratch'));
    const { sockets } = homePaths(join(home.dir, 'run/scratch', scratch));
    expect([sockets, existsSync(sockets)]).toEqual([expect.stringMatching(/^\/tmp\/tenantry-/), false]);
    expect((await home.get('acme.localhost', '/')).status).toBe(200);
    expect(await pidOf('acme')).toBe(spare);
    const log = readFileSync(join(home.dir, 'run/log/acme.log'), 'utf8');
    expect(log).toMatch(/"tenant":"acme".*"msg":"listening"/);
    expect(log).not.toContain('dry-boot');
    expect(await untilSpare()).not.toBe(spare);
  }, 90_000);

  it('gives it to a tenant that crashed', async () => {
    const spare = await untilSpare();
    process.kill((await pidOf('liberty')) ?? 0, 'SIGKILL');
    expect((await home.get('liberty.localhost', '/')).status).toBe(200);
    expect(await pidOf('liberty')).toBe(spare);
  }, 90_000);

  it('serves without where the scratch database is gone, and has none left when it is stopped', async () => {
    await untilSpare();
    await home.done('stop', '--all');
    expect(sparePids()).toEqual([]);
    const [scratch = ''] = readdirSync(join(home.dir, 'run/scratch'));
    rmSync(join(home.dir, 'run/scratch', scratch, 'tenants'), { recursive: true });
    await home.done('start', 'acme');
    expect((await home.get('acme.localhost', '/')).status).toBe(200);
  }, 90_000);
});
