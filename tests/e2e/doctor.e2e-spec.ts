import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTestHome, type TestHome } from '../support/test-home.js';

interface Document {
  readonly findings: readonly { id: string; severity: string; tenant: string | null; where: string }[];
  readonly fixed: readonly { did: string }[];
}

describe('doctor, as an operator types it', () => {
  let home: TestHome;

  beforeAll(async () => {
    home = await makeTestHome('rounds');
    await home.done('tenant', 'create', 'acme');
  }, 60_000);

  afterAll(() => home?.remove(), 60_000);

  async function look(...words: string[]): Promise<Document & { code: number | null; ids: string[] }> {
    const ran = await home.run('doctor', '--json', ...words);
    const document = ran.json<Document>();
    return { ...document, code: ran.code, ids: document.findings.map(({ id }) => id) };
  }

  it('notes the first password, and nothing else, of a tenant that was just created', async () => {
    expect(await look()).toMatchObject({
      code: 0,
      findings: [{ id: 'first-admin-left', severity: 'note', tenant: 'acme' }],
    });
    rmSync(join(home.dir, 'tenants/acme/first-admin.yaml'));
  });

  it('finds nothing through a life: started, suspended, renamed, deleted, brought back', async () => {
    const life = [
      ['start', '--all'],
      ['tenant', 'suspend', 'acme'],
      ['tenant', 'resume', 'acme'],
      ['tenant', 'rename', 'acme', 'apex'],
      ['tenant', 'delete', 'apex', '--confirm', 'apex'],
      ['tenant', 'undelete', 'apex'],
    ];
    for (const words of life) {
      await home.done(...words);
      const ran = await home.run('doctor');
      expect([words, ran.code, ran.stdout]).toEqual([
        words,
        0,
        expect.stringMatching(/: all is as it should be\.$/m),
      ]);
    }
  }, 60_000);

  it('tells of a suspended tenant that runs', async () => {
    const file = join(home.dir, 'tenants/apex/settings.yaml');
    const before = readFileSync(file, 'utf8');
    appendFileSync(file, '\nsuspended: true\n');
    expect(await look()).toMatchObject({ code: 1, findings: [{ id: 'suspended-running', tenant: 'apex' }] });
    writeFileSync(file, before);
  });

  it('clears up behind a supervisor that was killed with its tenants', async () => {
    const status = (await home.done('status', '--json')).json<{
      supervisor: { pid: number };
      tenants: { pid: number }[];
    }>();
    for (const { pid } of [status.supervisor, ...status.tenants]) process.kill(pid, 'SIGKILL');
    // The sockets of a home with a long name are elsewhere, but they are found.
    const { ids, code } = await look();
    expect([code, [...new Set(ids)].toSorted()]).toEqual([3, ['pid-stale', 'socket-stale']]);
    expect(await look('--fix')).toMatchObject({ code: 0, findings: [], fixed: [{}, {}, {}] });
    await home.done('start', '--all');
    expect(await look()).toMatchObject({ code: 0, findings: [] });
  }, 30_000);

  it('says once that a server is down, starts none, and goes on', async () => {
    await home.done('stop', '--all');
    await home.done('postgres', 'stop');
    const settings = join(home.dir, 'tenantry.yaml');
    const before = readFileSync(settings, 'utf8');
    const other = '    away:\n      host: 127.0.0.1\n      port: 1\n      user: admin\n      ssl: "off"\n';
    writeFileSync(settings, before.replace(/^( +)servers:\n/m, `$&${other}`));
    appendFileSync(join(home.dir, 'tenants/apex/settings.yaml'), '\nsite: { colour: blue }\n');
    const { code, findings } = await look();
    expect(code).toBe(1);
    expect(findings.map(({ id, where }) => `${id} ${where}`).toSorted()).toEqual([
      'postgres-down Postgres "main"',
      'server-unreachable Postgres "away"',
      expect.stringMatching(/^settings-broken tenants\/apex\/settings\.yaml:\d+$/),
    ]);
    expect((await home.run('postgres', 'status')).stdout).toContain('is stopped');
    writeFileSync(settings, before);
  }, 30_000);

  it('does nothing but tell where it is no home', async () => {
    const ran = await home.run('doctor', '--home', join(home.dir, 'state'));
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('tenantry init')]);
  });
});
