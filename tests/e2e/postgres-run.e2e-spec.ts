import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { entry, pinnedNode } from '../support/command-line.js';
import { makeTestHome, type TestHome } from '../support/test-home.js';

interface Status {
  readonly state: string;
  readonly pid: number | null;
  readonly port: number | null;
  readonly keeper: number | null;
}

let home: TestHome;
let keeper: Keeper | undefined;

beforeAll(async () => {
  home = await makeTestHome('postgres-run');
}, 30_000);

afterAll(async () => {
  keeper?.child.kill('SIGKILL');
  await home.remove();
}, 60_000);

const postmaster = (): number =>
  Number(readFileSync(join(home.dir, 'postgres/main/postmaster.pid'), 'utf8').split('\n')[0]);
const status = async (): Promise<Status> => (await home.done('postgres', 'status', '--json')).json<Status>();

describe('tenantry postgres run', () => {
  it('keeps the server, alone', async () => {
    keeper = await run();
    expect(await status()).toMatchObject({ state: 'running', pid: postmaster(), keeper: keeper.child.pid });
    const second = await home.run('postgres', 'run');
    expect(second.code).toBe(75);
    expect(second.stderr).toContain(
      `Postgres "main": "tenantry postgres run" (process ${keeper.child.pid} on `,
    );
    expect(second.stderr).toContain('keeps it running already. To end that one');
  }, 60_000);

  it('starts it again at the same port when it is killed', async () => {
    const before = await status();
    process.kill(postmaster(), 'SIGKILL');
    const after = await eventually(async () => {
      const now = await status();
      return now.state === 'running' && now.pid !== before.pid ? now : undefined;
    });
    expect(after.port).toBe(before.port);
    expect(keeper?.output()).toContain('Postgres "main" has gone away: starting it again.');
  }, 60_000);

  it('leaves the server alone when it is killed itself, and takes it over when it comes back', async () => {
    const pid = postmaster();
    keeper?.child.kill('SIGKILL');
    await keeper?.ended;
    expect(await status()).toMatchObject({ state: 'running', pid, keeper: null });
    keeper = await run();
    expect(await status()).toMatchObject({ state: 'running', pid, keeper: keeper.child.pid });
  }, 60_000);

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'stops the server by %s, and ends well',
    async (signal) => {
      keeper ??= await run();
      const { child, ended, output } = keeper;
      keeper = undefined;
      child.kill(signal);
      expect(await ended).toBe(0);
      expect(output()).toContain('Postgres "main" is stopped.\n');
      expect(existsSync(join(home.dir, 'postgres/main/postmaster.pid'))).toBe(false);
    },
    60_000,
  );

  it('ends with the server by `postgres stop`, which nobody takes back', async () => {
    keeper = await run();
    const stopped = await home.done('postgres', 'stop');
    expect(stopped.stdout).toContain('Postgres "main" is stopped.\n');
    expect(await keeper.ended).toBe(0);
    keeper = undefined;
    expect(await status()).toMatchObject({ state: 'stopped', keeper: null });
  }, 60_000);

  it('only says what it would do, if asked', async () => {
    const { stdout } = await home.done('postgres', 'run', '--plan');
    expect(stdout).toBe('Would start Postgres "main", and keep it running.\n');
  });
});

interface Keeper {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly output: () => string;
}

/** Resolves when it says that the server runs. */
async function run(): Promise<Keeper> {
  const child = spawn(pinnedNode, [entry, 'postgres', 'run'], {
    cwd: home.dir,
    env: { PATH: process.env['PATH'], TENANTRY_HOME: home.dir, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let words = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (words += text));
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const started = { child, ended, output: () => words };
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`ended: ${words}`);
    return words.includes('Ctrl-C stops it.') ? true : undefined;
  });
  return started;
}

async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 40_000;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(100);
  }
  throw new Error('It did not happen in time.');
}
