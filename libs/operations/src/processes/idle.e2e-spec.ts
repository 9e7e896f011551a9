import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { makeTestHome, type TestHome } from '../../../../tests/support/test-home.js';

interface Unit {
  readonly name: string;
  readonly state: string;
  readonly pid: number | null;
  readonly workers: readonly { state: string; pid: number | null }[];
}

let home: TestHome;

async function statusOf(name: string): Promise<Unit | undefined> {
  const { tenants } = (await home.done('status', '--json')).json<{ tenants: Unit[] }>();
  return tenants.find((tenant) => tenant.name === name);
}

async function untilIdle(name: string): Promise<void> {
  const end = Date.now() + 30_000;
  while ((await statusOf(name))?.state !== 'idle') {
    if (Date.now() > end) throw new TypeError(`${name} does not sleep`);
    await pause(100);
  }
}

function overlay(name: string, text: string): void {
  appendFileSync(join(home.dir, 'tenants', name, 'settings.yaml'), `\n${text}\n`);
}

beforeAll(async () => {
  home = await makeTestHome('idle');
  for (const name of ['acme', 'liberty', 'zed']) await home.done('tenant', 'create', name);
  overlay('acme', 'process: { idleStop: 1s }');
  overlay('liberty', 'process: { startOn: request }');
  overlay('zed', 'process: { workers: 2 }');
  await home.done('start', '--all');
}, 120_000);

afterAll(async () => {
  await home.remove();
}, 60_000);

describe('a fleet of which few are active', () => {
  it('has a process for whoever has visitors, and wakes the others by their first request', async () => {
    expect(await statusOf('liberty')).toMatchObject({ state: 'idle', pid: null, workers: [] });
    expect((await home.get('liberty.localhost', '/')).status).toBe(200);
    expect(await statusOf('liberty')).toMatchObject({ state: 'running' });
    await untilIdle('acme');
    const answers = await Promise.all([1, 2, 3].map(() => home.get('acme.localhost', '/')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  }, 60_000);

  it('answers each of many requests that come just when it is stopped', async () => {
    await home.done('settings', 'set', 'acme', 'process.idleStop', '200ms');
    await home.done('restart', 'acme');
    const statuses: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      // From before it asks to be stopped until it has drained.
      await pause(150 + round * 40);
      const answers = await Promise.all([1, 2].map(() => home.get('acme.localhost', '/')));
      statuses.push(...answers.map(({ status }) => status));
    }
    expect(statuses).toEqual(Array.from({ length: 24 }, () => 200));
    const log = readFileSync(join(home.dir, 'run/log/acme.log'), 'utf8');
    expect(log.match(/"msg":"listening"/g)?.length).toBeGreaterThan(5);
  }, 120_000);

  it('starts at once whom the operator names, and wakes nobody who was stopped', async () => {
    await home.done('stop', 'liberty');
    expect((await home.get('liberty.localhost', '/')).status).toBe(503);
    const started = (await home.done('start', 'liberty', '--json')).json<{ tenants: unknown[] }>();
    expect(started.tenants).toMatchObject([{ name: 'liberty', process: 'running' }]);
  }, 60_000);

  it('shows each process of a tenant that has several', async () => {
    const { workers = [] } = (await statusOf('zed')) ?? {};
    expect(workers).toMatchObject([{ state: 'running' }, { state: 'running' }]);
    expect(new Set(workers.map(({ pid }) => pid)).size).toBe(2);
    expect((await home.done('status', 'zed')).stdout).toMatch(/^zed \(1\) +running .*\nzed \(2\) +running /m);
    expect((await home.get('zed.localhost', '/')).status).toBe(200);
  }, 60_000);
});
