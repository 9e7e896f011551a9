import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type TestHome, makeTestHome } from '../support/test-home.js';

let home: TestHome;

function write(path: string, text: string): void {
  const file = join(home.dir, 'tenants/acme', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** As long as nobody needs to go from the editor to the browser. */
const pause = (): Promise<void> => sleep(100);

const page = async (host: string, path = '/'): Promise<string> => {
  await pause();
  return (await home.get(host, path)).text();
};

beforeAll(async () => {
  home = await makeTestHome('development');
  appendFileSync(join(home.dir, 'tenantry.yaml'), 'development: true\n');
  await home.done('tenant', 'create', 'acme');
  appendFileSync(
    join(home.dir, 'tenants/acme/settings.yaml'),
    'sites: { kids: { hosts: [kids.acme.localhost] } }\n',
  );
  await home.done('start', '--all');
}, 90_000);

afterAll(async () => {
  await home.remove();
}, 60_000);

describe('while a home is one of development', () => {
  it('a change of a template is on the next page, of a tenant and of a site, without a restart', async () => {
    const [own, kids] = ['acme.localhost', 'kids.acme.localhost'];
    const before = await home.done('status', '--json');
    // Both have been read by now, and neither folder was there.
    expect([await page(own), await page(kids)].map((text) => text.includes('One'))).toEqual([false, false]);
    write('templates/home.liquid', 'One');
    expect([await page(own), await page(kids)]).toEqual(['One', 'One']);
    write('sites/kids/templates/home.liquid', "Two {% include 'part' %}");
    write('sites/kids/templates/part.liquid', 'and a part');
    expect([await page(own), await page(kids)]).toEqual(['One', 'Two and a part']);
    write('sites/kids/templates/part.liquid', 'and another');
    expect(await page(kids)).toBe('Two and another');
    write('sites/kids/templates/home.liquid', '{{ oops');
    await pause();
    expect([(await home.get(own, '/')).status, (await home.get(kids, '/')).status]).toEqual([200, 500]);
    rmSync(join(home.dir, 'tenants/acme/sites'), { recursive: true });
    expect(await page(kids)).toBe('One');
    const pids = (ran: typeof before) =>
      ran.json<{ tenants: { pid: number }[] }>().tenants.map(({ pid }) => pid);
    expect(pids(await home.done('status', '--json'))).toEqual(pids(before));
  }, 60_000);

  it('so is a change of a theme.css', async () => {
    write('templates/theme.css', 'body { margin: 1px }');
    const first = /\/_theme\.css\?v=[\w-]+/.exec(await page('acme.localhost', '/news'))?.[0] ?? '';
    expect(await page('acme.localhost', first)).toContain('margin: 1px');
    write('templates/theme.css', 'body { margin: 2px }');
    const second = /\/_theme\.css\?v=[\w-]+/.exec(await page('acme.localhost', '/news'))?.[0] ?? '';
    expect(second).not.toBe(first);
    expect(await page('acme.localhost', second)).toContain('margin: 2px');
  }, 60_000);
});

describe('the checkout', () => {
  it('is a home of development', () => {
    expect(parse(readFileSync('tenantry.yaml', 'utf8'))).toMatchObject({ development: true });
  });
});
