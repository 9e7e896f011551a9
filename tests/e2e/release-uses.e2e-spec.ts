import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DeployHome, makeDeployHome } from '../support/deploy-home.js';
import { makeFakeRelease } from '../support/fake-release.js';
import { addedName } from '../support/runnable-release.js';

interface Listed {
  readonly releases: readonly { id: string; marks: string[] }[];
}

describe('what a release is kept for', () => {
  let home: DeployHome;

  beforeAll(async () => {
    home = await makeDeployHome({ label: 'uses', tenants: { acme: 'main', blue: 'main' } });
    // Of a deploy that failed long ago.
    fake('0.9.0');
    await home.release('1.1.0', {
      migrations: [{ number: 1, up: 'ALTER TABLE pages ADD COLUMN mood text', kind: 'contract' }],
    });
  }, 120_000);

  afterAll(() => home?.remove(), 60_000);

  const path = (...words: string[]): string => join(home.dir, ...words);

  function fake(id: string): void {
    makeFakeRelease({ home: home.dir, id });
    const long = new Date('2020-01-01');
    utimesSync(path('releases', id, 'release.json'), long, long);
  }

  function turn(id: string): void {
    symlinkSync(`releases/${id}`, path('current.new'));
    renameSync(path('current.new'), path('current'));
  }

  async function pageVia(socketPath: string): Promise<string> {
    const asked = request({ socketPath, path: '/', headers: { host: 'acme.localhost' } }).end();
    const [response] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
    return (await response.toArray()).join('');
  }

  const why = async (id: string): Promise<string> => (await home.done('release', 'why', id)).stdout.trim();

  it('is listed, and said of each', async () => {
    const { releases } = (await home.done('release', 'list', '--json')).json<Listed>();
    expect(Object.fromEntries(releases.map(({ id, marks }) => [id, marks]))).toEqual({
      '0.9.0': [],
      '1.0.0': ['current', 'process'],
      '1.1.0': ['new'],
    });
    expect(await why('0.9.0')).toBe('Nothing uses release 0.9.0. `tenantry release prune` removes it.');
    expect(await why('1.0.0')).toMatch(
      /^Release 1\.0\.0 stays, because\n {2}current points at it\n {2}acme runs from it \(process \d+\)\n {2}blue runs/,
    );
    expect(await why('1.1.0')).toContain('it is new and waits to be deployed');
  }, 30_000);

  it('is a pin, which also decides what the tenant runs and how far it is migrated', async () => {
    const early = await home.run('release', 'pin', 'blue', '1.1.0');
    expect([early.code, early.stderr]).toEqual([
      4,
      expect.stringContaining(`lacks ${addedName(1)} of release 1.1.0`),
    ]);
    expect((await home.run('release', 'pin', 'blue', '1.1.1')).code).toBe(2);
    const pinned = await home.done('release', 'pin', 'acme', '1.0.0');
    expect(pinned.stdout).toContain('+ release: 1.0.0');
    expect(pinned.stdout).toContain('To undo, run: tenantry release unpin acme');
    const deployed = await home.done('deploy', '--release', '1.1.0');
    expect(deployed.stdout).toContain('is done');
    expect(await home.releases()).toEqual({ acme: '1.0.0', blue: '1.1.0' });
    expect((await home.done('status')).stdout).toMatch(/acme +running +\d+ +1\.0\.0 \(pinned\)/);
    await home.done('migrate', '--all');
    await home.done('migrate', '--all', '--release', '1.1.0');
    const { tenants } = (await home.done('migrate', 'status', '--all', '--json')).json<{
      tenants: { name: string; head: string; pending: string[] }[];
    }>();
    expect(tenants.map(({ name, head, pending }) => [name, head === addedName(1), pending])).toEqual([
      ['acme', false, []],
      ['blue', true, []],
    ]);
    expect(await why('1.1.0')).toContain('it is the last good one');
    expect(await why('1.0.0')).toContain('acme is pinned to it (tenants/acme/settings.yaml:');
  }, 60_000);

  it('is refused by a process of another release', async () => {
    const ran = spawnSync(path('releases/1.1.0/bin/start-tenant'), ['acme'], {
      env: { PATH: process.env['PATH'], TENANTRY_HOME: home.dir },
      encoding: 'utf8',
    });
    expect(ran.status).toBe(78);
    expect(ran.stderr).toMatch(
      /tenants\/acme\/settings\.yaml:\d+: release: acme is pinned to "1\.0\.0", and this is release "1\.1\.0"\./,
    );
    expect(ran.stderr).toContain('run `tenantry release unpin acme`');
  }, 30_000);

  it('is what a process was started from, for all that it loads after current has turned', async () => {
    // As started before the deploy: with what is found through `current`, and not read yet.
    turn('1.0.0');
    for (const id of ['1.0.0', '1.1.0']) {
      writeFileSync(path('releases', id, 'dist/bundle/late.cjs'), `exports.from = '${id}';\n`);
      const layout = path('releases', id, 'apps/web/templates/layout.liquid');
      writeFileSync(layout, readFileSync(layout, 'utf8').replace('<body', `<body data-from="${id}"`));
    }
    const main = path('releases/1.0.0/dist/bundle/web.cjs');
    const loadLate = `process.on('SIGHUP', () => process.send({ late: require('./late.cjs').from }));`;
    writeFileSync(main, `${loadLate}\n${readFileSync(main, 'utf8')}`);
    const socket = path('late.sock');
    const child = spawn(path('current/bin/start-tenant'), ['acme'], {
      env: { PATH: process.env['PATH'], TENANTRY_HOME: home.dir, TENANTRY__HTTP__SOCKET: socket },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    try {
      expect(await once(child, 'message')).toMatchObject([{ type: 'ready', release: '1.0.0' }, undefined]);
      turn('1.1.0');
      child.kill('SIGHUP');
      expect(await once(child, 'message')).toEqual([{ late: '1.0.0' }, undefined]);
      expect(await pageVia(socket)).toContain('data-from="1.0.0"');
      expect(await why('1.0.0')).toContain(`process ${child.pid} runs from it`);
    } finally {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  }, 30_000);

  it('cannot be taken away by a pin that the database does not fit any more', async () => {
    const back = await home.run('release', 'pin', 'blue', '1.0.0');
    expect([back.code, back.stderr]).toEqual([
      4,
      expect.stringContaining('took away what release 1.0.0 may use'),
    ]);
    const unpin = await home.run('release', 'unpin', 'acme');
    expect([unpin.code, unpin.stderr]).toEqual([
      4,
      expect.stringContaining('release unpin acme --no-restart'),
    ]);
  }, 30_000);

  it('is not where there is nothing: prune removes that, and through links nothing else', async () => {
    mkdirSync(path('elsewhere'));
    writeFileSync(path('elsewhere', 'release.json'), '{"format":1,"id":"0.8.0","applications":[]}');
    utimesSync(path('elsewhere', 'release.json'), new Date('2020-01-01'), new Date('2020-01-01'));
    symlinkSync(path('elsewhere'), path('releases', '0.8.0'));
    symlinkSync('1.0.0', path('releases', 'stable'));
    mkdirSync(path('releases/.runtimes/node-0'), { recursive: true });
    const planned = await home.done('release', 'prune', '--keep', '1', '--plan');
    expect(planned.stdout).toContain('Would remove release 0.8.0, release 0.9.0, runtime node-0.');
    expect(existsSync(path('releases/0.9.0'))).toBe(true);
    const pruned = await home.done('release', 'prune', '--keep', '1', '--json');
    expect(pruned.json<{ removed: string[] }>().removed).toEqual(['0.8.0', '0.9.0']);
    expect(existsSync(path('elsewhere/release.json'))).toBe(true);
    expect(existsSync(path('releases/.runtimes/node-0'))).toBe(false);
    for (const id of ['1.0.0', '1.1.0', 'stable'])
      expect(existsSync(path('releases', id, 'release.json'))).toBe(true);
  }, 30_000);

  it('is a process that was started before current turned, though nothing else knows of it', async () => {
    await home.done('release', 'unpin', 'acme', '--no-restart');
    expect((await home.done('status')).stdout).toMatch(/acme +running +\d+ +1\.0\.0 /);
    const kept = await home.done('release', 'prune', '--keep', '1');
    expect(kept.stdout).toMatch(/Kept 1\.0\.0: acme runs from it \(process \d+\)\./);
    await home.done('stop', 'acme');
    fake('0.9.1');
    const pruned = await home.done('release', 'prune', '--keep', '1');
    expect(pruned.stdout).toContain('Removed release 0.9.1, release 1.0.0, release stable.');
  }, 30_000);

  it('may be any where an overlay cannot be read: then nothing is removed', async () => {
    fake('0.9.2');
    writeFileSync(path('tenants/acme/settings.yaml'), 'hosts: [');
    const refused = await home.run('release', 'prune');
    expect([refused.code, refused.stderr]).toEqual([
      4,
      expect.stringContaining('acme: may be pinned to any release'),
    ]);
    expect(existsSync(path('releases/0.9.2'))).toBe(true);
    expect(await why('0.9.2')).toContain('it cannot be said whether acme is pinned to it');
  }, 30_000);

  it('cannot be said while the current one is damaged: then they are listed only', async () => {
    writeFileSync(
      path('releases/1.1.0/dist/bundle/operator/application-web.mjs'),
      'throw new Error("damaged");',
    );
    const listed = await home.done('release', 'list', '--json');
    expect(listed.stderr).toContain('It cannot be said what releases are kept for: ');
    expect(listed.json<Listed>().releases.map(({ id }) => id)).toEqual(['0.9.2', '1.1.0']);
    expect((await home.run('release', 'prune')).code).toBe(1);
    expect(existsSync(path('releases/0.9.2'))).toBe(true);
  }, 30_000);
});
