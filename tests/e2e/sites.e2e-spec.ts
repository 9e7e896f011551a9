import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestHome, makeTestHome } from '../support/test-home.js';

let home: TestHome;
const hosts = ['liberty.localhost', 'kids.liberty.localhost'] as const;

interface Status {
  readonly name: string;
  readonly pid: number | null;
  readonly sites: readonly { readonly name: string; readonly state: string; readonly pid: number | null }[];
}

const statusOf = async (name: string): Promise<Status | undefined> => {
  const { tenants } = (await home.done('status', '--json')).json<{ tenants: Status[] }>();
  return tenants.find((tenant) => tenant.name === name);
};

function writeSites(tenant: string, lines: readonly string[]): void {
  const file = join(home.dir, 'tenants', tenant, 'settings.yaml');
  const own = readFileSync(file, 'utf8').split('# sites', 1)[0]?.trimEnd() ?? '';
  writeFileSync(file, [own, '# sites', ...lines, ''].join('\n'));
}

const kids = (...more: readonly string[]): string[] => [
  'sites:',
  '  kids:',
  '    hosts: [kids.liberty.localhost]',
  '    site: { title: Liberty Kids }',
  ...more.map((line) => `    ${line}`),
];

async function titles(): Promise<(string | undefined)[]> {
  const pages: string[] = [];
  for (const host of hosts) pages.push(await (await home.get(host, '/')).text());
  return pages.map((page) => /<title>(.*?)<\/title>/.exec(page)?.[1]);
}

beforeAll(async () => {
  home = await makeTestHome('sites');
  await home.done('tenant', 'create', 'liberty', '--title', 'Liberty Library');
  writeSites('liberty', kids());
  await home.done('start', '--all');
}, 120_000);

afterAll(async () => {
  await home.remove();
}, 60_000);

describe('two sites of one tenant', () => {
  it('are one process by default', async () => {
    expect(await titles()).toEqual(['Liberty Library', 'Liberty Kids']);
    const status = await statusOf('liberty');
    expect(status).toMatchObject({ pid: expect.any(Number), sites: [] });
  }, 60_000);

  it('are two processes with `process: own`, over the same database', async () => {
    writeSites('liberty', kids('process: own'));
    await home.done('restart', '--tenant', 'liberty');
    expect(await titles()).toEqual(['Liberty Library', 'Liberty Kids']);
    const status = await statusOf('liberty');
    const [site] = status?.sites ?? [];
    expect(site).toMatchObject({ name: 'kids', state: 'running', pid: expect.any(Number) });
    expect(site?.pid).not.toBe(status?.pid);
    expect((await home.done('status')).stdout).toContain('liberty.kids');
    expect((await home.done('logs', 'liberty', '--site', 'kids')).stdout).toContain('"listening"');
    // The death of one is not the other's.
    process.kill(Number(site?.pid), 'SIGKILL');
    expect(await titles()).toEqual(['Liberty Library', 'Liberty Kids']);
    expect((await statusOf('liberty'))?.pid).toBe(status?.pid);
  }, 90_000);

  it('stop and start together, and become one process again', async () => {
    await home.done('stop', '--tenant', 'liberty');
    await home.done('start', '--tenant', 'liberty');
    expect(await titles()).toEqual(['Liberty Library', 'Liberty Kids']);
    writeSites('liberty', kids());
    await home.done('restart', '--tenant', 'liberty');
    expect(await titles()).toEqual(['Liberty Library', 'Liberty Kids']);
    expect((await statusOf('liberty'))?.sites).toEqual([]);
  }, 90_000);
});

describe('a broken template of one site', () => {
  const errors = async (): Promise<string[]> => {
    const { stdout } = await home.done('logs', 'liberty');
    const lines = stdout.split('\n').filter((line) => line.includes('"level":"error"'));
    return lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  };
  const breakTemplate = async (name: string, text: string): Promise<void> => {
    const folder = join(home.dir, 'tenants/liberty/sites/kids/templates');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${name}.liquid`), text);
    // A process keeps the templates that it has read; but for development.
    await home.done('restart', '--tenant', 'liberty');
  };

  it('is that site’s error page, one line of the log with file, line and site, and nothing elsewhere', async () => {
    await breakTemplate('home', '<p>Hello</p>\n<p>{{ page.title | shout }}</p>\n');
    const [own, other] = [await home.get(hosts[1], '/'), await home.get(hosts[0], '/')];
    expect([own.status, other.status]).toEqual([500, 200]);
    expect(await own.text()).toContain('<title>500 · Liberty Kids</title>');
    const found = await errors();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^GET kids\.liberty\.localhost:\d+\/ \(site kids, req-\w+\): /);
    expect(found[0]).toMatch(
      /undefined filter: shout, file:\/.+\/sites\/kids\/templates\/home\.liquid, line:2/,
    );
    expect(found[0]).not.toContain('\n    at ');
  }, 60_000);

  it('is told once also where the error page needs it too', async () => {
    const before = (await errors()).length;
    await breakTemplate('layout', '<html>\n{% if %}');
    const answer = await home.get(hosts[1], '/news');
    expect([answer.status, (await home.get(hosts[0], '/news')).status]).toEqual([500, 200]);
    expect(await answer.text()).toContain('<title>500 · Liberty Kids</title>');
    const found = (await errors()).slice(before);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/site kids, .*\/sites\/kids\/templates\/layout\.liquid, line:2/);
    rmSync(join(home.dir, 'tenants/liberty/sites'), { recursive: true });
    await home.done('restart', '--tenant', 'liberty');
  }, 60_000);
});

describe('the host of a site', () => {
  it('cannot be claimed by another tenant', async () => {
    await home.done('tenant', 'create', 'acme');
    writeSites('acme', ['sites:', '  shop: { hosts: [kids.liberty.localhost] }']);
    const checked = await home.run('settings', 'check', '--all');
    expect(checked.code).toBe(78);
    expect(checked.stdout).toMatch(
      /tenants\/acme\/settings\.yaml:\d+: host "kids\.liberty\.localhost" is also claimed by liberty\./,
    );
    expect((await home.run('start', '--tenant', 'acme')).code).not.toBe(0);
    expect(await titles()).toEqual(['Liberty Library', 'Liberty Kids']);
  }, 60_000);
});
