import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestHome, makeTestHome } from '../support/test-home.js';

interface Statuses {
  readonly tenants: readonly {
    name: string;
    head: string;
    pending: string[];
    unknown: string[];
    error: string | null;
  }[];
}

let home: TestHome;
const overlay = (name: string): string => join(home.dir, 'tenants', name, 'settings.yaml');

beforeAll(async () => {
  home = await makeTestHome('applications');
  await home.done('tenant', 'create', 'acme');
  await home.done('tenant', 'create', 'nova', '--app', 'hello', '--title', 'Nova <Planetarium>');
  await home.done('start', '--all');
}, 120_000);

afterAll(async () => {
  await home.remove();
}, 60_000);

describe('two applications behind one gateway', () => {
  it('answer by their own pages, from processes of their own', async () => {
    expect(await (await home.get('acme.localhost', '/')).text()).toContain('Welcome');
    expect(await (await home.get('nova.localhost', '/')).text()).toContain('Nova &lt;Planetarium&gt;');
    expect((await home.get('nova.localhost', '/admin')).status).toBe(404);
    const { tenants } = (await home.done('status', '--json')).json<{ tenants: { pid: number }[] }>();
    expect(new Set(tenants.map(({ pid }) => pid)).size).toBe(2);
  });

  it('keep what is written to them apart, each in its own tables', async () => {
    const json = { 'content-type': 'application/json' };
    const greeting = { name: 'Ada', words: 'Saturn!' };
    const signed = await home.get('nova.localhost', '/api/greetings', {
      ...{ method: 'POST', headers: json },
      body: JSON.stringify(greeting),
    });
    expect(signed.status).toBe(201);
    expect(await (await home.get('nova.localhost', '/api/greetings')).json()).toMatchObject([greeting]);
    expect((await home.get('acme.localhost', '/api/greetings')).status).toBe(404);
    const empty = await home.get('nova.localhost', '/api/greetings', {
      ...{ method: 'POST', headers: json },
      body: JSON.stringify({ name: '', words: 'x' }),
    });
    expect(empty.status).toBe(400);
  });

  it('are migrated by their own migrations', async () => {
    const { tenants } = (await home.done('migrate', 'status', '--all', '--json')).json<Statuses>();
    expect(tenants.map(({ name, head, pending, unknown }) => ({ name, head, pending, unknown }))).toEqual([
      { name: 'acme', head: expect.stringMatching(/^\w+\d{13}$/), pending: [], unknown: [] },
      { name: 'nova', head: 'CreateGreetings1795200000000', pending: [], unknown: [] },
    ]);
  });

  it('are not swapped by a slip in an overlay', async () => {
    const original = readFileSync(overlay('acme'), 'utf8');
    writeFileSync(overlay('acme'), `app: hello\n${original}`);
    try {
      for (const verb of ['migrate', 'restart']) {
        const ran = await home.run(verb, '--tenant', 'acme');
        expect(ran.code).not.toBe(0);
        expect(ran.stderr).toMatch(/CreatePages|unknown|newer/);
      }
      expect((await home.get('acme.localhost', '/')).status).toBe(200);
    } finally {
      writeFileSync(overlay('acme'), original);
    }
  }, 60_000);

  it('are named by an overlay that asks for one that is not there', async () => {
    const original = readFileSync(overlay('acme'), 'utf8');
    writeFileSync(overlay('acme'), `app: helo\n${original}`);
    try {
      const ran = await home.run('settings', 'check', '--tenant', 'acme');
      expect(ran.code).toBe(78);
      expect(ran.stdout).toContain(
        'tenants/acme/settings.yaml:1: app: expected "hello" or "web", found "helo". Did you mean "hello"?',
      );
    } finally {
      writeFileSync(overlay('acme'), original);
    }
  });
});
