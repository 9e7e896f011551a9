import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { processIsAlive, processStartTime } from './process-table.js';
import { eventually } from './testing/eventually.js';
import { FakeSite } from './testing/fake-gateway.js';
import { FakeHome } from './testing/fake-home.js';

let site: FakeSite;

beforeEach(async () => {
  site = await openSite({});
});

afterEach(async () => {
  await site.close();
});

async function openSite(options: ConstructorParameters<typeof FakeHome>[0]): Promise<FakeSite> {
  const home = new FakeHome(options);
  home.env['IDLE_MS'] = '60';
  return FakeSite.open(home, ['acme']);
}

const stateOf = (tenant: string): string | undefined =>
  site.home.supervisor.status().find((status) => status.tenant === tenant)?.state;

async function asleep(): Promise<void> {
  await eventually(
    () => stateOf('acme'),
    (state) => state === 'idle',
  );
}

describe('a tenant without requests', () => {
  it('has no process any more, and the next request starts it and is answered', async () => {
    const pid = site.pidOf('acme');
    const startTime = processStartTime(pid) ?? '';
    await asleep();
    await eventually(
      () => processIsAlive(pid, startTime),
      (isAlive) => !isAlive,
    );
    expect(site.home.supervisor.status()).toMatchObject([{ tenant: 'acme', state: 'idle', pid: null }]);
    await eventually(
      () => existsSync(site.home.launch('acme').pidFile),
      (exists) => !exists,
    );
    expect((await site.get({})).body).toMatch(/^acme /);
    expect((await site.get({ method: 'POST', path: '/echo', body: 'written' })).body).toBe('written');
  });

  it('is not woken once the operator has stopped it', async () => {
    const running = await site.home.supervisor.startLater('acme');
    expect(running).toMatchObject({ state: 'running' });
    await asleep();
    expect(await site.home.supervisor.stop('acme')).toMatchObject({ state: 'stopped' });
    expect((await site.get({})).status).toBe(503);
    expect(stateOf('acme')).toBe('stopped');
  });

  it('begins without a process where nobody asked for one yet', async () => {
    expect(await site.home.supervisor.startLater('zed')).toMatchObject({ state: 'idle', pid: null });
    expect((await site.get({ host: 'zed.localhost' })).body).toMatch(/^zed /);
  });

  it('loses no request that comes at the very moment, in many rounds', async () => {
    const failures: string[] = [];
    const answeredBy = new Set<string>();
    const visit = async (index: number): Promise<void> => {
      for (let round = 0; round < 25; round += 1) {
        // Around the moment at which it is told to stop, and while it drains.
        await pause(50 + ((round * 17 + index * 29) % 130));
        const isWriter = index % 2 === 1;
        const request = isWriter ? { method: 'POST', path: '/echo', body: 'x'.repeat(5_000) } : {};
        const { status, body } = await site.get(request);
        if (status !== 200) failures.push(`${status} ${body.slice(0, 100)}`);
        if (!isWriter) answeredBy.add(body);
      }
    };
    await Promise.all([visit(0), visit(1)]);
    expect(failures).toEqual([]);
    expect(answeredBy.size).toBeGreaterThan(3);
  });
});
