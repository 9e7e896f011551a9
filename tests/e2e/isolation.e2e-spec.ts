import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Secret } from '#libs/settings';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type TestHome, makeTestHome } from '../support/test-home.js';
import { signIn } from '../support/site-visitor.js';

let home: TestHome;

beforeAll(async () => {
  home = await makeTestHome('isolation');
  const passwordFile = join(home.dir, 'admin-password');
  writeFileSync(passwordFile, 'correct horse battery\n');
  for (const name of ['acme', 'liberty']) {
    await home.done(
      'tenant',
      'create',
      name,
      '--admin',
      `a@${name}.test`,
      '--admin-password-file',
      passwordFile,
    );
  }
  await home.done('start', '--all');
}, 120_000);

afterAll(async () => {
  await home.remove();
}, 60_000);

describe('two tenants side by side', () => {
  it('keeps a page of one from the other', async () => {
    const acme = await signIn(home, 'acme.localhost', {
      email: 'a@acme.test',
      password: 'correct horse battery',
    });
    const page = { title: 'Only at acme', slug: 'only-at-acme', body: 'Hello', summary: '' };
    const created = await acme.post('/api/pages', page);
    expect(created.status).toBe(201);
    const { id } = (await created.json()) as { id: string };
    expect((await acme.post(`/api/pages/${id}/publish`, {})).status).toBeLessThan(300);
    expect((await home.get('acme.localhost', '/only-at-acme')).status).toBe(200);
    expect((await home.get('liberty.localhost', '/only-at-acme')).status).toBe(404);
  });

  it('keeps a file of one from the other', async () => {
    const acme = await signIn(home, 'acme.localhost', {
      email: 'a@acme.test',
      password: 'correct horse battery',
    });
    const uploaded = await acme.upload('/api/media', { name: 'note.txt', content: 'only at acme' });
    expect(uploaded.status).toBe(201);
    const { url } = (await uploaded.json()) as { url: string };
    expect(await (await home.get('acme.localhost', url)).text()).toBe('only at acme');
    expect((await home.get('liberty.localhost', url)).status).toBe(404);
  });

  it('keeps a session of one from the other', async () => {
    const acme = await signIn(home, 'acme.localhost', {
      email: 'a@acme.test',
      password: 'correct horse battery',
    });
    expect((await acme.get('/admin')).status).toBe(200);
    const elsewhere = await home.get('liberty.localhost', '/admin', { headers: { cookie: acme.cookie() } });
    expect(elsewhere.status).not.toBe(200);
  });

  it('keeps the runtime role of one out of the other database, and from DDL in its own', async () => {
    const login = loginOf('acme');
    const own = new pg.Client(login);
    await own.connect();
    await expect(own.query('create table sneaky (id int)')).rejects.toThrow(/permission denied/);
    await own.end();
    for (const database of ['tenant_liberty', 'postgres', 'template1']) {
      const other = new pg.Client({ ...login, database });
      await expect(other.connect()).rejects.toThrow(`permission denied for database "${database}"`);
    }
  });

  it('does not let the death of one touch the other, and brings it back by itself', async () => {
    const pidOf = async (name: string): Promise<number | null> => {
      const { tenants } = (await home.done('status', '--json')).json<{
        tenants: { name: string; pid: number | null }[];
      }>();
      return tenants.find((tenant) => tenant.name === name)?.pid ?? null;
    };
    const killed = await pidOf('acme');
    let isLoading = true;
    const statuses: number[] = [];
    const load = (async () => {
      while (isLoading) statuses.push((await home.get('liberty.localhost', '/')).status);
    })();
    process.kill(Number(killed), 'SIGKILL');
    // The gateway holds this request until acme is back.
    const answer = await home.get('acme.localhost', '/');
    isLoading = false;
    await load;
    expect(answer.status).toBe(200);
    expect(await pidOf('acme')).not.toBe(killed);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(statuses.length).toBeGreaterThan(3);
  }, 60_000);
});

function loginOf(name: string): pg.ClientConfig {
  const { host, port } = JSON.parse(readFileSync(join(home.dir, 'run/postgres-main.json'), 'utf8')) as {
    host: string;
    port: number;
  };
  const secrets = readFileSync(join(home.dir, 'tenants', name, 'secrets.yaml'), 'utf8');
  const password = new Secret(/runtimePassword: "?([\w-]+)/.exec(secrets)?.[1] ?? '');
  return { host, port, user: `tenant_${name}`, database: `tenant_${name}`, password: password.reveal() };
}
