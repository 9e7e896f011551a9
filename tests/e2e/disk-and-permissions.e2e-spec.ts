import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { entry, pinnedNode } from '../support/command-line.js';
import { signIn } from '../support/site-visitor.js';
import { makeTestHome, type TestHome } from '../support/test-home.js';

interface Status {
  readonly tenants: readonly { name: string; state: string; pid: number | null }[];
}

const password = 'correct horse battery staple';
const isRoot = process.getuid?.() === 0;
const onlyForRoot = isRoot && process.platform === 'linux' ? it : it.skip;

let home: TestHome;
let disk: string;
let isMounted = false;

beforeAll(async () => {
  home = await makeTestHome('disk');
  disk = join(home.dir, 'tenants/acme/media');
  if (isRoot && process.platform === 'linux') {
    mkdirSync(disk, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', disk]);
    isMounted = true;
  }
  const passwordFile = join(home.dir, 'admin-password');
  writeFileSync(passwordFile, `${password}\n`);
  for (const name of ['acme', 'liberty']) {
    await home.done('tenant', 'create', name, '--admin-password-file', passwordFile);
  }
  await home.done('start', '--all');
}, 120_000);

afterAll(async () => {
  await home.run('stop', '--all');
  if (isMounted) execFileSync('umount', [disk]);
  await home.remove();
}, 60_000);

async function statuses(): Promise<Status['tenants']> {
  return (await home.done('status', '--json')).json<Status>().tenants;
}

describe('a full media disk', () => {
  onlyForRoot('refuses an upload with 507 and serves on (needs root, to mount a small disk)', async () => {
    const account = { email: 'admin@acme.localhost', password };
    const editor = await signIn(home, 'acme.localhost', account);
    const upload = (name: string, bytes: number): Promise<Response> =>
      editor.upload('/api/media', { name, content: 'x'.repeat(bytes) });
    // Several, and larger than what the kernel takes at once: an answer that is sent too early gets lost now and then.
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const refused = await upload('large.txt', 4 * 1024 * 1024);
      expect([refused.status, await refused.json()]).toMatchObject([507, { error: { code: 'DISK_FULL' } }]);
    }
    expect((await upload('small.txt', 10)).status).toBe(201);
    expect((await home.get('acme.localhost', '/media/small.txt')).status).toBe(200);
    expect((await home.get('acme.localhost', '/media/large.txt')).status).toBe(404);
  });
});

describe('a request that is refused before all of it is there', () => {
  it.each([
    ['a stranger', '/api/media', 'multipart/form-data; boundary=x', 401],
    ['a large text', '/api/pages', 'application/json', 413],
  ])('gets its answer through the gateway: %s', async (_what, path, type, status) => {
    const init = { method: 'POST', headers: { 'content-type': type }, body: 'x'.repeat(5 * 1024 * 1024) };
    const seen: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      seen.push((await home.get('acme.localhost', path, init)).status);
    }
    expect(seen).toEqual(Array.from({ length: 8 }, () => status));
  });
});

describe('a log that cannot be written', () => {
  it('fails the restart of its tenant with one line; that tenant and the others go on', async () => {
    const before = await statuses();
    const log = join(home.dir, 'run/log/acme.log');
    renameSync(log, `${log}.kept`);
    mkdirSync(log);
    const ran = await home.run('restart', '--all');
    expect([ran.code, ran.stderr]).toEqual([
      3,
      expect.stringContaining(
        `acme: ${log} cannot be written: a folder has its name. Check what is there, its owner and its mode, then run \`tenantry restart acme\`.\n`,
      ),
    ]);
    const after = await statuses();
    expect(after.map(({ name, state }) => [name, state])).toEqual([
      ['acme', 'running'],
      ['liberty', 'running'],
    ]);
    expect(after[0]?.pid).toBe(before[0]?.pid);
    expect(after[1]?.pid).not.toBe(before[1]?.pid);
    expect((await home.get('acme.localhost', '/')).status).toBe(200);
    rmSync(log, { recursive: true });
  });
});

describe('postgres stop --plan', () => {
  it('names the tenants that would go without their database, and stops nothing', async () => {
    const plan = await home.done('postgres', 'stop', '--plan');
    expect(plan.stdout).toBe('Would stop Postgres "main".\n');
    expect(plan.stderr).toContain('acme, liberty: cannot answer until Postgres "main" runs again.');
    expect((await home.get('acme.localhost', '/')).status).toBe(200);
  });
});

describe('a stopped home that is restarted as a whole', () => {
  it('lets visitors wait for it, and turns none away', async () => {
    await home.done('stop', '--all');
    const answers: number[] = [];
    let isOver = false;
    const visit = async (name: string): Promise<void> => {
      while (!isOver) {
        // Until the gateway listens there is nobody who could answer.
        const answer = await home.get(`${name}.localhost`, '/').catch(() => {});
        if (answer !== undefined) answers.push(answer.status);
        await pause(10);
      }
    };
    const visitors = ['acme', 'liberty', 'acme', 'liberty'].map(visit);
    await home.done('restart', '--all');
    isOver = true;
    await Promise.all(visitors);
    expect(answers.length).toBeGreaterThanOrEqual(4);
    expect([...new Set(answers)]).toEqual([200]);
  }, 60_000);
});

describe('an overlay that the operator may not read', () => {
  let copy: string;

  beforeAll(() => {
    copy = join(mkdtempSync(join(tmpdir(), 'unreadable-')), 'home');
    mkdirSync(copy);
    cpSync(join(home.dir, 'tenantry.yaml'), join(copy, 'tenantry.yaml'));
    for (const name of ['acme', 'liberty']) {
      mkdirSync(join(copy, 'tenants', name), { recursive: true });
      const overlay = join('tenants', name, 'settings.yaml');
      cpSync(join(home.dir, overlay), join(copy, overlay));
    }
    chmodSync(join(copy, 'tenants/acme/settings.yaml'), 0o000);
  });

  afterAll(() => rmSync(join(copy, '..'), { recursive: true, force: true }));

  /** Root reads every file: then the command is run by a user who has no name. */
  function check(...words: readonly string[]): { status: number | null; stdout: string; stderr: string } {
    const user = isRoot ? { uid: 54_321, gid: 54_321 } : {};
    if (isRoot) execFileSync('chown', ['-R', '54321:54321', join(copy, '..')]);
    return spawnSync(pinnedNode, [entry, ...words], {
      ...{ ...user, cwd: copy, encoding: 'utf8' },
      env: { PATH: process.env['PATH'], TENANTRY_HOME: copy, NODE_ENV: 'production' },
    });
  }

  it("is one tenant's error, with its file, and no other tenant's", () => {
    const checked = check('settings', 'check');
    expect([checked.status, checked.stdout]).toEqual([
      78,
      'acme\n  tenants/acme/settings.yaml: cannot be read: permission denied.\n2 checked, 1 wrong.\n',
    ]);
    const { tenants } = JSON.parse(check('tenant', 'list', '--json').stdout) as { tenants: unknown[] };
    expect(tenants).toMatchObject([
      {
        name: 'acme',
        state: 'broken',
        error: 'tenants/acme/settings.yaml: cannot be read: permission denied.',
      },
      { name: 'liberty', state: 'new', error: null },
    ]);
  });

  it('keeps a command for that tenant from doing anything', () => {
    expect(check('settings', 'set', 'acme', 'site.title', 'New')).toMatchObject({
      status: 78,
      stderr: expect.stringContaining('tenants/acme/settings.yaml: cannot be read: permission denied.'),
    });
  });
});
