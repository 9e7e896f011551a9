import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { FakeCheckout, importScript, silentProgress } from './fake-checkout.js';

interface Lock {
  coverChild(pid: number | null): void;
}
type WithLock = <R>(
  where: { root: string; progress: unknown },
  work: (lock: Lock) => Promise<R> | R,
) => Promise<R>;

const { withLock } = await importScript<{ withLock: WithLock }>('lock.mjs');

describe('the lock of a checkout that is being set up', () => {
  let tree: FakeCheckout;
  beforeEach(() => {
    tree = new FakeCheckout();
    tree.write('package.json', '{}');
  });
  afterEach(() => tree.remove());

  const take = <R>(work: (lock: Lock) => Promise<R> | R) =>
    withLock({ root: tree.root, progress: silentProgress() }, work);

  function leaveLock(owner: object): void {
    tree.write('dist/.lock/7', JSON.stringify(owner));
  }

  it('lets one after the other in', async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside -= 1;
    };
    await Promise.all([take(work), take(work), take(work)]);
    expect(most).toBe(1);
  });

  it('is free again after work that failed', async () => {
    await expect(
      take(() => {
        throw new RangeError('no');
      }),
    ).rejects.toThrow(RangeError);
    await expect(take(() => 'in')).resolves.toBe('in');
  });

  it('is taken over from an owner that died', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    leaveLock({ pid, startedAt: '1', host: hostname() });
    await expect(take(() => readdirSync(join(tree.root, 'dist/.lock')))).resolves.toEqual(['8']);
  });

  it('is taken over when the process id of a dead owner belongs to somebody else by now', async () => {
    leaveLock({ pid: process.ppid, startedAt: '1', host: hostname() });
    await expect(take(() => 'in')).resolves.toBe('in');
  });

  it('waits for a child that a killed owner left at work', async () => {
    const child = spawn('sleep', ['30'], { stdio: 'ignore' });
    const closed = once(child, 'close');
    await take((lock) => {
      lock.coverChild(child.pid ?? null);
      const [file = ''] = readdirSync(join(tree.root, 'dist/.lock'));
      const dead = spawnSync(process.execPath, ['--version']).pid;
      writeFileSync(join(tree.root, 'dist/.lock', '99'), ownerWithChild(tree.root, file, dead));
    });
    const entered = take(() => 'in');
    const early = await Promise.race([entered, new Promise((resolve) => setTimeout(resolve, 600, 'waits'))]);
    expect(early).toBe('waits');
    child.kill();
    await closed;
    await expect(entered).resolves.toBe('in');
  });
});

function ownerWithChild(root: string, file: string, pid: number): string {
  const { child } = JSON.parse(readFileSync(join(root, 'dist/.lock', file), 'utf8')) as { child: object };
  return JSON.stringify({ pid, startedAt: '1', host: hostname(), child });
}
