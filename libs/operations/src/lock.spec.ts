import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LockedError } from '#libs/settings';
import { type LockRequest, withLock } from './lock.js';

let folder: string;
const ownerElsewhere = { host: 'elsewhere', pid: 4711, startTime: '1', command: 'tenantry deploy', at: '' };
let request: LockRequest;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
  mkdirSync(join(folder, 'locks'));
  request = {
    file: join(folder, 'locks', 'tenant-acme.lock'),
    what: 'tenant acme',
    command: 'tenantry tenant create acme',
    now: new Date('2026-11-21T01:02:03Z'),
  };
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('withLock', () => {
  it('names the owner to whoever comes second', async () => {
    await withLock(request, async () => {
      const second = withLock({ ...request, command: 'other' }, async () => {});
      await expect(second).rejects.toThrow(LockedError);
      await expect(second).rejects.toThrow(
        `tenant acme: locked by "tenantry tenant create acme" (process ${process.pid} on ${hostname()}, since 2026-11-21T01:02:03.000Z).`,
      );
    });
    expect(existsSync(request.file)).toBe(false);
  });

  it('lets go when the work fails', async () => {
    await expect(withLock(request, () => Promise.reject(new TypeError('boom')))).rejects.toThrow('boom');
    await expect(withLock(request, async () => 'again')).resolves.toBe('again');
  });

  it('takes over from an owner that is gone, also where another process has its number now', async () => {
    await withLock(request, async () => {
      const owner = JSON.parse(readFileSync(request.file, 'utf8')) as Record<string, unknown>;
      writeFileSync(request.file, JSON.stringify({ ...owner, startTime: '1' }));
      await expect(withLock(request, async () => 'taken over')).resolves.toBe('taken over');
    });
  });

  it('leaves the lock of an owner on another host alone until it has expired', async () => {
    writeFileSync(request.file, JSON.stringify({ ...ownerElsewhere, at: '2026-11-21T00:00:00Z' }));
    utimesSync(request.file, request.now, request.now);
    const after = (ms: number): LockRequest => ({ ...request, now: new Date(request.now.getTime() + ms) });
    await expect(withLock(after(59_000), async () => {})).rejects.toThrow('process 4711 on elsewhere');
    await expect(withLock(after(61_000), async () => 'taken over')).resolves.toBe('taken over');
  });

  it('notices that it was taken away, and then leaves it to whoever has it', async () => {
    await withLock(request, async (held) => {
      held.requireHeld();
      rmSync(request.file);
      writeFileSync(request.file, JSON.stringify(ownerElsewhere));
      expect(() => held.requireHeld()).toThrow(
        'tenant acme: the lock was taken away: "tenantry deploy" (process 4711 on elsewhere) has it now.',
      );
    });
    expect(existsSync(request.file)).toBe(true);
  });

  it('lets those work under it who were told its token, and nobody else', async () => {
    await withLock(request, async ({ token }) => {
      const child = { ...request, env: { TENANTRY_LOCK_TOKENS: `other,${token}` } };
      await expect(withLock(child, async () => 'child')).resolves.toBe('child');
      const stranger = { ...request, env: { TENANTRY_LOCK_TOKENS: 'other' } };
      await expect(withLock(stranger, async () => {})).rejects.toThrow(LockedError);
      expect(existsSync(request.file)).toBe(true);
    });
    expect(existsSync(request.file)).toBe(false);
  });

  it('lets one of many in at a time while they wait', async () => {
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 5 }, () => withLock({ ...request, waitMs: 20_000 }, work)));
    expect(most).toBe(1);
  });
});
