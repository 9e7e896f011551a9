import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SettingsError } from '#libs/settings';
import { StartInterrupted, TenantRefused, TenantStartFailed, TenantUnavailable } from './errors.js';
import type { ProcessStatus } from './launch.js';
import { processStartTime } from './process-table.js';
import { eventually } from './testing/eventually.js';
import { FakeHome, type FakeHomeOptions } from './testing/fake-home.js';

let home: FakeHome;
let homes: FakeHome[];

beforeEach(() => {
  homes = [];
  home = makeHome();
});

afterEach(async () => {
  await Promise.all(homes.map((one) => one.remove()));
});

function makeHome(options: FakeHomeOptions = {}): FakeHome {
  const made = new FakeHome(options);
  homes.push(made);
  return made;
}

function statusOf(tenant: string): ProcessStatus | undefined {
  return home.supervisor.status().find((status) => status.tenant === tenant);
}

function pidOf(tenant: string): number {
  return statusOf(tenant)?.pid ?? 0;
}

describe('starting and stopping', () => {
  it('starts a process, says where it listens, and stops it', async () => {
    const status = await home.supervisor.start('acme');
    expect(status).toMatchObject({
      tenant: 'acme',
      state: 'running',
      release: '1.0.0',
      restarts: 0,
      lastError: null,
    });
    expect(status.socket).toBe(join(home.folder, 'acme.sock'));
    expect(await home.supervisor.upstream('acme')).toEqual({
      address: { path: status.socket },
      generation: 1,
      worker: 1,
    });
    const pid = pidOf('acme');
    expect(processStartTime(pid)).toBeDefined();

    expect(await home.supervisor.stop('acme')).toMatchObject({ state: 'stopped', pid: null });
    expect(processStartTime(pid)).toBeUndefined();
    expect(existsSync(join(home.folder, 'acme.pid'))).toBe(false);
    await expect(home.supervisor.upstream('acme')).rejects.toThrow(TenantUnavailable);
  });

  it('starts one process for two who ask at once', async () => {
    const [one, other] = await Promise.all([home.supervisor.start('acme'), home.supervisor.start('acme')]);
    expect(one.pid).toBe(other.pid);
  });

  it('gives up a start that hangs when it is told to stop', async () => {
    home.modes['acme'] = 'silent';
    const starting = home.supervisor.start('acme').catch((error: unknown) => error);
    await eventually(
      () => pidOf('acme'),
      (pid) => pid > 0,
    );
    expect(await home.supervisor.stop('acme')).toMatchObject({ state: 'stopped', pid: null });
    expect(await starting).toBeInstanceOf(StartInterrupted);
  });

  it('kills what does not drain in time', async () => {
    home = makeHome({ launch: { drainTimeoutMs: 200 } });
    home.modes['acme'] = 'stubborn';
    await home.supervisor.start('acme');
    const pid = pidOf('acme');
    await home.supervisor.stop('acme');
    expect(processStartTime(pid)).toBeUndefined();
  });

  it('kills what is not ready in time, and says so', async () => {
    home = makeHome({ launch: { startTimeoutMs: 300 } });
    home.modes['acme'] = 'silent';
    await expect(home.supervisor.start('acme')).rejects.toThrow(
      'acme: the process was not ready after 0.3 s.',
    );
    expect(statusOf('acme')?.state).toBe('crashed');
  });

  it('says what is wrong when the command cannot be run', async () => {
    home = makeHome({ launch: { command: '/nowhere/node' } });
    await expect(home.supervisor.start('acme')).rejects.toThrow(TenantStartFailed);
    expect(statusOf('acme')?.lastError).toContain('ENOENT');
  });
});

describe('after everything was stopped', () => {
  it('nothing is started any more, by command or request', async () => {
    home = makeHome({ startsOnRequest: () => true });
    await home.supervisor.start('acme');
    await home.supervisor.stopAll();
    await expect(home.supervisor.start('acme')).rejects.toMatchObject({
      code: 'START_INTERRUPTED',
      message: 'acme: not started, because its supervisor is ending.',
    });
    await expect(home.supervisor.restart('liberty')).rejects.toThrow(StartInterrupted);
    await expect(home.supervisor.upstream('zed')).rejects.toThrow(TenantUnavailable);
    expect(home.supervisor.status()).toMatchObject([{ tenant: 'acme', state: 'stopped', pid: null }]);
  });
});

describe('after a crash', () => {
  it('starts again by itself, and no other tenant notices', async () => {
    await Promise.all([home.supervisor.start('acme'), home.supervisor.start('liberty')]);
    const [acme, liberty] = [pidOf('acme'), pidOf('liberty')];
    process.kill(acme, 'SIGKILL');
    await eventually(
      () => statusOf('acme'),
      (status) => status?.state === 'running' && status.pid !== acme,
    );
    expect(statusOf('acme')).toMatchObject({ restarts: 1, lastError: null });
    expect(pidOf('liberty')).toBe(liberty);
    expect(home.reports).toContain('acme: the process ended: SIGKILL. Next attempt in 0.2 s.');
  });

  it('waits longer after each failure in a row, and forgets when it is started by hand', async () => {
    home.modes['acme'] = 'crash';
    await expect(home.supervisor.start('acme')).rejects.toThrow('TypeError: boot failed on purpose');
    const waits = (): string[] =>
      home.reports.flatMap((line) => /Next attempt in (.*) s/.exec(line)?.[1] ?? []);
    await eventually(waits, (seen) => seen.length === 3);
    expect(waits()).toEqual(['0.2', '0.4', '0.8']);
    home.modes['acme'] = 'well';
    expect(await home.supervisor.start('acme')).toMatchObject({ state: 'running', restarts: 0 });
  });

  it('holds those who ask for it until it is back', async () => {
    await home.supervisor.start('acme');
    process.kill(pidOf('acme'), 'SIGKILL');
    await eventually(
      () => statusOf('acme')?.state,
      (state) => state === 'crashed',
    );
    expect((await home.supervisor.upstream('acme')).generation).toBe(2);
  });
});

describe('when it refuses', () => {
  const line = 'acme: database "tenant_liberty" carries liberty\'s stamp. Nothing was written.';

  it('is not tried again, and its last plain line says why', async () => {
    home.modes['acme'] = 'refuse';
    const error: unknown = await home.supervisor.start('acme').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TenantRefused);
    expect(error).toMatchObject({ message: line, exitCode: 78, tenant: 'acme' });
    expect(statusOf('acme')).toMatchObject({ state: 'refused', pid: null, lastError: line });
    await expect(home.supervisor.upstream('acme')).rejects.toMatchObject({
      state: 'refused',
      retryAfterSeconds: 60,
    });
    expect(home.reports.join('\n')).not.toContain('Next attempt');
  });

  it('is refused as well when its settings cannot be read', async () => {
    class Broken extends SettingsError {}
    home = makeHome({
      prepare: async () => Promise.reject(new Broken('tenants/acme/settings.yaml:7: no.')),
    });
    await expect(home.supervisor.start('acme')).rejects.toThrow(Broken);
    expect(statusOf('acme')).toMatchObject({
      state: 'refused',
      lastError: 'tenants/acme/settings.yaml:7: no.',
    });
  });

  it('starts when it was corrected', async () => {
    home.modes['acme'] = 'refuse';
    await expect(home.supervisor.start('acme')).rejects.toThrow(TenantRefused);
    home.modes['acme'] = 'well';
    expect(await home.supervisor.start('acme')).toMatchObject({ state: 'running', lastError: null });
  });
});

describe('a request for a tenant that was never started', () => {
  it('starts it where that is allowed, once for all who ask', async () => {
    home = makeHome({ startsOnRequest: (tenant) => tenant === 'zed' });
    const asked = await Promise.all([home.supervisor.upstream('zed'), home.supervisor.upstream('zed')]);
    expect(asked.map(({ generation }) => generation)).toEqual([1, 1]);
    expect(statusOf('zed')).toMatchObject({ state: 'running', restarts: 0 });
    await expect(home.supervisor.upstream('acme')).rejects.toThrow(TenantUnavailable);
    expect(statusOf('acme')).toBeUndefined();
  });

  it('does not start what was stopped before it ever ran', async () => {
    home = makeHome({ startsOnRequest: () => true });
    await home.supervisor.stop('zed');
    await expect(home.supervisor.upstream('zed')).rejects.toThrow(TenantUnavailable);
  });

  it('is told when it cannot start', async () => {
    home = makeHome({ startsOnRequest: () => true });
    home.modes['zed'] = 'refuse';
    await expect(home.supervisor.upstream('zed')).rejects.toThrow(TenantUnavailable);
    expect(statusOf('zed')).toMatchObject({ state: 'refused' });
  });
});

describe('restarting', () => {
  it('has the new process up before the old one goes', async () => {
    await home.supervisor.start('acme');
    const old = pidOf('acme');
    const seen: boolean[] = [];
    home.supervisor.events.on('change', (status) => {
      if (status.pid !== old && status.state === 'running') seen.push(processStartTime(old) !== undefined);
    });
    const status = await home.supervisor.restart('acme');
    expect(status).toMatchObject({ state: 'running' });
    expect(status.pid).not.toBe(old);
    expect(seen).toContain(true);
    expect(processStartTime(old)).toBeUndefined();
  });

  it('keeps the old one when the new one fails', async () => {
    await home.supervisor.start('acme');
    const old = pidOf('acme');
    home.modes['acme'] = 'refuse';
    await expect(home.supervisor.restart('acme')).rejects.toThrow(TenantRefused);
    expect(statusOf('acme')).toMatchObject({ state: 'running', pid: old });
    expect(statusOf('acme')?.lastError).toContain('carries liberty');
  });

  it('watches over the new process while the old one drains', async () => {
    home.modes['acme'] = 'stubborn';
    await home.supervisor.start('acme');
    home.modes['acme'] = 'well';
    const old = pidOf('acme');
    const restarted = home.supervisor.restart('acme');
    const young = await eventually(
      () => pidOf('acme'),
      (pid) => pid !== old && statusOf('acme')?.state === 'running',
    );
    process.kill(young, 'SIGKILL');
    await eventually(
      () => statusOf('acme'),
      (status) => status?.state === 'running' && status.pid !== young,
    );
    expect(processStartTime(old)).toBeDefined();
    await restarted;
    expect(processStartTime(old)).toBeUndefined();
  });

  it('starts what was stopped', async () => {
    await home.supervisor.start('acme');
    await home.supervisor.stop('acme');
    expect(await home.supervisor.restart('acme')).toMatchObject({ state: 'running' });
  });
});

describe('what a pid file names', () => {
  it('is ended before a new process starts, when it is the very one', async () => {
    const other = makeHome();
    other.modes['acme'] = 'stubborn';
    await other.supervisor.start('acme');
    const left = other.supervisor.status()[0]?.pid ?? 0;
    writeFileSync(join(home.folder, 'acme.pid'), readFileSync(join(other.folder, 'acme.pid')));
    await home.supervisor.start('acme');
    expect(processStartTime(left)).toBeUndefined();
  });

  it('is not touched when the pid is another process by now', async () => {
    const file = join(home.folder, 'acme.pid');
    writeFileSync(file, JSON.stringify({ processes: [{ pid: process.pid, startTime: 'another boot/1' }] }));
    await home.supervisor.start('acme');
    const recorded = JSON.parse(readFileSync(file, 'utf8')) as { processes: { pid: number }[] };
    expect(recorded.processes.map(({ pid }) => pid)).toEqual([pidOf('acme')]);
  });
});
