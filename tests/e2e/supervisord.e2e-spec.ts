import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeRunnableRelease } from '../support/runnable-release.js';
import { sendVisitors } from '../support/steady-visitors.js';
import { makeTestHome, type TestHome } from '../support/test-home.js';

const isThere = spawnSync('supervisord', ['--version']).status === 0;
const isRoot = process.getuid?.() === 0;
if (!isThere) console.warn('supervisord is missing: tenants are not run under it.');
else if (!isRoot) console.warn('Not root: tenants are not run as users of their own.');

const prefix = `tt${process.pid % 10_000}-`;
let etc: string;
let home: TestHome;

(isThere && isRoot ? describe : describe.skip)('tenants under supervisord', () => {
  const ctl = (...words: string[]): string =>
    spawnSync('supervisorctl', ['-c', join(etc, 'supervisord.conf'), ...words], { encoding: 'utf8' }).stdout;
  const socket = (unit: string): string => join(home.dir, 'run', `${unit}.sock`);

  beforeAll(async () => {
    etc = mkdtempSync('/tmp/tenantry-supervisord-');
    mkdirSync(join(etc, 'conf.d'));
    writeFileSync(join(etc, 'supervisord.conf'), supervisordConf(etc));
    home = await makeTestHome('supervisord');
    await home.done('tenant', 'create', 'acme');
    await home.done('tenant', 'create', 'liberty');
    const file = join(home.dir, 'tenantry.yaml');
    writeFileSync(file, `${readFileSync(file, 'utf8')}${hostSettings(etc)}`);
  }, 120_000);

  afterAll(async () => {
    await home.run('postgres', 'stop');
    ctl('shutdown');
    for (let tries = 0; tries < 100 && existsSync(join(etc, 'supervisord.pid')); tries += 1) await sleep(100);
    await home.remove();
    rmSync(etc, { recursive: true, force: true });
    for (const tenant of ['acme', 'liberty']) spawnSync('userdel', [`${prefix}${tenant}`]);
  }, 60_000);

  it('are not begun without their users', async () => {
    const ran = await home.run('hosting', 'apply');
    expect(ran.code).toBe(4);
    expect(ran.stderr).toContain(`there is no user ${prefix}acme (and 1 more) for a tenant to run as`);
    expect(existsSync(join(home.dir, 'hosting'))).toBe(false);
  });

  it('get nothing while supervisord does not run', async () => {
    const ran = await home.run('hosting', 'apply', '--users');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('supervisord: does not answer');
    expect(existsSync(join(etc, 'conf.d/tenant-acme.conf'))).toBe(false);
  });

  it('run as users of their own, once applied', async () => {
    spawnSync('supervisord', ['-c', join(etc, 'supervisord.conf')]);
    const applied = await home.done('hosting', 'apply', '--users');
    expect(applied.stdout).toContain('2 of 2 that run answer');
    expect(applied.stderr).toContain('tenants-postgres-main keeps Postgres running, also after a reboot');
    const again = await home.done('hosting', 'apply');
    expect(again.stdout).toContain('Nothing to change');
    const { tenants } = (await home.done('status', '--json')).json<{ tenants: { state: string }[] }>();
    expect(tenants.map(({ state }) => state)).toEqual(['running', 'running']);
  }, 120_000);

  it("cannot read another's overlay, secrets or media, nor connect to its socket", () => {
    const [uid, gid] = [idOf('-u', `${prefix}acme`), idOf('-g', `${prefix}acme`)];
    const asAcme = (command: string, path: string): number | null =>
      spawnSync(command, [path], { uid, gid }).status;
    const own = join(home.dir, 'tenants/acme');
    const other = join(home.dir, 'tenants/liberty');
    for (const name of ['settings.yaml', 'secrets.yaml']) {
      expect([name, asAcme('cat', join(own, name))]).toEqual([name, 0]);
      expect([name, asAcme('cat', join(other, name))]).toEqual([name, 1]);
    }
    expect(asAcme('ls', join(own, 'media/private'))).toBe(0);
    expect(asAcme('ls', join(other, 'media'))).not.toBe(0);
    const connect = `import socket; socket.socket(socket.AF_UNIX).connect(${JSON.stringify(socket('liberty'))})`;
    const connected = spawnSync('python3', ['-c', connect], { uid, gid, encoding: 'utf8' });
    expect(connected.stderr).toContain('PermissionError');
  });

  it('lose no request by a restart, nor by more and fewer workers', async () => {
    const visitors = sendVisitors(socket('acme'), 'acme.localhost');
    await home.done('restart', 'acme');
    await home.done('settings', 'set', 'acme', 'process.workers', '3');
    await home.done('settings', 'set', 'acme', 'process.workers', '1');
    const { answered, failures } = await visitors.leave();
    expect(failures).toEqual({});
    expect(answered).toBeGreaterThan(20);
  }, 180_000);

  it('start from the release that they are to run, by pins and holds, also from a stop', async () => {
    const releaseOf = async (unit: string) => (await readyAt(socket(unit))).release;
    for (const id of ['1.0.0', '1.1.0']) await makeRunnableRelease({ home: home.dir, id });
    await home.done('stop', 'liberty');
    // From the checkout.
    await home.done('deploy', '--release', '1.0.0');
    await home.done('release', 'pin', 'liberty', '1.0.0');
    await home.done('deploy', '--release', '1.1.0');
    await home.done('start', 'liberty');
    expect([await releaseOf('acme'), await releaseOf('liberty')]).toEqual(['1.1.0', '1.0.0']);
    await home.done('stop', 'liberty');
    await home.done('release', 'unpin', 'liberty');
    await home.done('start', 'liberty');
    expect(await releaseOf('liberty')).toBe('1.1.0');
    // Held, also when somebody else starts it.
    await home.done('deploy', '--release', '1.0.0', '--canary', 'acme');
    ctl('restart', 'tenant-acme:1');
    expect(await releaseOf('acme')).toBe('1.0.0');
    expect((await home.done('hosting', 'apply')).stdout).toContain('Nothing to change');
  }, 240_000);

  it('are put back when a change silences one', async () => {
    const before = readFileSync(join(home.dir, 'scripts/tenants/start-acme'), 'utf8');
    const media = join(home.dir, 'tenants/acme/media/.tenant');
    const stamp = readFileSync(media, 'utf8');
    rmSync(media);
    writeFileSync(
      join(home.dir, 'tenants/acme/settings.yaml'),
      overlay(home, 'process: { memory: 150MB, startTimeout: 5s }'),
    );
    const ran = await home.run('hosting', 'apply');
    writeFileSync(media, stamp);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('acme: answered before the change, and not after it');
    expect(readFileSync(join(home.dir, 'scripts/tenants/start-acme'), 'utf8')).toBe(before);
    await home.done('restart', 'acme');
  }, 180_000);

  it('are left as they are while their overlay is broken, and go when their folder has gone', async () => {
    const settings = join(home.dir, 'tenants/acme/settings.yaml');
    const text = readFileSync(settings, 'utf8');
    writeFileSync(settings, 'hosts: 7\n');
    rmSync(join(home.dir, 'tenants/liberty'), { recursive: true });
    const ran = await home.run('hosting', 'apply');
    writeFileSync(settings, text);
    expect(ran.code).toBe(3);
    expect(ran.stderr).toContain('acme: left as it is: tenants/acme/settings.yaml:1: hosts: expected a list');
    expect(existsSync(join(etc, 'conf.d/tenant-liberty.conf'))).toBe(false);
    expect(existsSync(join(home.dir, 'hosting/.previous/scripts/tenants/start-liberty'))).toBe(true);
    expect(ctl('status')).toMatch(/tenant-acme:1\s+RUNNING/);
    expect(ctl('status')).not.toContain('liberty');
    expect(await statusAt(socket('acme'))).toBe(200);
  }, 120_000);
});

function overlay({ dir }: TestHome, line: string): string {
  return `${readFileSync(join(dir, 'tenants/acme/settings.yaml'), 'utf8').replace(/^process:[^\n]*\n( .*\n)*/m, '')}${line}\n`;
}

async function statusAt(socketPath: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: '/health/ready' }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
}

async function readyAt(socketPath: string): Promise<{ release: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ socketPath, path: '/health/ready' }, resolve).on('error', reject).end();
  });
  return (await json(response)) as { release: string };
}

function idOf(option: string, user: string): number {
  return Number(spawnSync('id', [option, user], { encoding: 'utf8' }).stdout);
}

function hostSettings(folder: string): string {
  const supervisord = `{ dir: ${folder}/conf.d, config: ${folder}/supervisord.conf }`;
  return `processes: supervisord\nhosting: { userPrefix: ${prefix}, supervisord: ${supervisord} }\n`;
}

function supervisordConf(folder: string): string {
  return `[unix_http_server]
file=${folder}/supervisor.sock
[supervisord]
logfile=${folder}/supervisord.log
pidfile=${folder}/supervisord.pid
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${folder}/supervisor.sock
[include]
files=${folder}/conf.d/*.conf
`;
}
