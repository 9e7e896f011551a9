import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Launch, ProcessStatus } from './launch.js';
import { eventually } from './testing/eventually.js';
import { FakeSite } from './testing/fake-gateway.js';
import { FakeHome } from './testing/fake-home.js';

let site: FakeSite;
/** Changed by tests between starts. */
let launch: { -readonly [Key in keyof Launch]?: Launch[Key] };

afterEach(async () => {
  await site.close();
});

async function open(more: Partial<Launch> = {}): Promise<void> {
  launch = { workers: 3, ...more };
  site = await FakeSite.open(new FakeHome({ launch }), []);
}

const status = (): ProcessStatus | undefined =>
  site.home.supervisor.status().find(({ tenant }) => tenant === 'acme');

const pids = (): (number | null)[] => status()?.workers.map(({ pid }) => pid) ?? [];

async function countAnswers(requests: number): Promise<number[]> {
  const counts = new Map<string, number>();
  for (let index = 0; index < requests; index += 1) {
    const { body } = await site.get({});
    counts.set(body, (counts.get(body) ?? 0) + 1);
  }
  return [...counts.values()];
}

describe('a tenant with three workers', () => {
  it('spreads its requests evenly over them, and its status shows each', async () => {
    await open();
    const started = await site.home.supervisor.start('acme');
    expect(started).toMatchObject({ state: 'running', restarts: 0 });
    expect(started.workers).toMatchObject([
      { worker: 1, state: 'running', socket: expect.stringMatching(/acme\.sock$/) },
      { worker: 2, state: 'running', socket: expect.stringMatching(/acme\.2$/) },
      { worker: 3, state: 'running', socket: expect.stringMatching(/acme\.3$/) },
    ]);
    expect(await countAnswers(60)).toEqual([20, 20, 20]);
  });

  it('starts again the one that crashed, and no other', async () => {
    await open();
    await site.home.supervisor.start('acme');
    const before = pids();
    process.kill(before[1] ?? 0, 'SIGKILL');
    await eventually(
      () => status()?.workers[1],
      (worker) => worker?.state === 'running' && worker.pid !== before[1],
    );
    expect([pids()[0], pids()[2]]).toEqual([before[0], before[2]]);
    expect(status()).toMatchObject({ state: 'running', restarts: 1 });
  });

  it('answers all the time while one after the other is restarted', async () => {
    await open();
    await site.home.supervisor.start('acme');
    const before = pids();
    const statuses = new Set<number>();
    let isOver = false;
    const visit = async (method: string): Promise<void> => {
      for (; !isOver; await pause(5)) statuses.add((await site.get({ method })).status);
    };
    const visitors = [visit('GET'), visit('POST')];
    await site.home.supervisor.restart('acme');
    isOver = true;
    await Promise.all(visitors);
    expect([...statuses]).toEqual([200]);
    expect(pids().filter((pid) => before.includes(pid))).toEqual([]);
  });

  it('has as many as its settings say after a restart, and leaves nothing when it is stopped', async () => {
    await open();
    await site.home.supervisor.start('acme');
    launch.workers = 2;
    await site.home.supervisor.restart('acme');
    expect(status()?.workers).toHaveLength(2);
    launch.workers = 4;
    await site.home.supervisor.restart('acme');
    expect(status()?.workers.map(({ state }) => state)).toEqual(Array.from({ length: 4 }, () => 'running'));
    await site.home.supervisor.stop('acme');
    expect(readdirSync(site.home.folder)).toEqual(['log']);
  });

  it('shares a port among them', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    await open({ address: { host: '127.0.0.1', port } });
    await site.home.supervisor.start('acme');
    expect(new Set(pids()).size).toBe(3);
    const answers = await Promise.all(Array.from({ length: 30 }, () => site.get({ method: 'POST' })));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
  });

  it('starts the others as well when the first needed a second try', async () => {
    await open();
    site.home.modes['acme'] = 'crash';
    await expect(site.home.supervisor.start('acme')).rejects.toThrow('boot failed');
    site.home.modes['acme'] = 'well';
    await eventually(
      () => status()?.workers.map(({ state }) => state) ?? [],
      (states) => states.length === 3 && states.every((state) => state === 'running'),
    );
  });

  it('sleeps when all of them are idle, and wakes with all of them', async () => {
    await open();
    site.home.env['IDLE_MS'] = '300';
    await site.home.supervisor.start('acme');
    await eventually(
      () => status()?.state,
      (state) => state === 'idle',
    );
    expect((await site.get({})).status).toBe(200);
    await eventually(pids, (found) => found.every((pid) => pid !== null));
  });
});
