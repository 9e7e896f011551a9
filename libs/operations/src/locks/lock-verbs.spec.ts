import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { homePaths } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { withLock } from '../lock.js';
import { releaseLock, showLocks } from './lock-verbs.js';

let folder: string;
let dependencies: Pick<Dependencies, 'home' | 'now'>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'locks-'));
  dependencies = { home: { paths: homePaths(folder) }, now: () => new Date() } as typeof dependencies;
  mkdirSync(join(folder, 'run', 'locks'), { recursive: true });
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeLock(name: string, owner: object): string {
  const file = join(folder, 'run', 'locks', `${name}.lock`);
  const known = { pid: 4711, startTime: '1', command: 'tenantry deploy', at: '2026-11-21T01:02:03.000Z' };
  writeFileSync(file, JSON.stringify({ ...known, ...owner }));
  return file;
}

describe('lock show', () => {
  it('tells the living from the dead, and no token', async () => {
    writeLock('deploy', { host: hostname() });
    writeLock('hosting', { host: 'elsewhere', token: 'hidden' });
    const request = { what: 'tenant acme', command: 'tenantry settings set', now: new Date() };
    await withLock({ ...request, file: join(folder, 'run/locks/tenant-acme.lock') }, async () => {
      const shown = showLocks(dependencies);
      expect(shown.map(({ name, state, what }) => [name, state, what])).toEqual([
        ['deploy', 'stale', 'deploy'],
        ['hosting', 'held', 'hosting'],
        ['tenant-acme', 'held', 'tenant acme'],
      ]);
      expect(JSON.stringify(shown)).not.toContain('hidden');
    });
  });
});

describe('lock release', () => {
  it('wants the name again, and takes away what nobody on this host is using', () => {
    const file = writeLock('hosting', { host: 'elsewhere' });
    expect(() => releaseLock(dependencies, { name: 'hosting', confirm: undefined })).toThrow(
      'lock hosting: held by "tenantry deploy" (process 4711 on elsewhere, since 2026-11-21T01:02:03.000Z). Nothing was released.',
    );
    expect(existsSync(file)).toBe(true);
    releaseLock(dependencies, { name: 'hosting', confirm: 'hosting' });
    expect(existsSync(file)).toBe(false);
  });

  it('refuses the lock of a process that is at work', async () => {
    const file = join(folder, 'run/locks/deploy.lock');
    await withLock({ file, what: 'deploy', command: 'tenantry deploy', now: new Date() }, async () => {
      expect(() => releaseLock(dependencies, { name: 'deploy', confirm: 'deploy' })).toThrow(
        'which is at work.',
      );
    });
  });

  it('knows no lock that is not there, nor one outside its folder', () => {
    writeLock('deploy', { host: 'elsewhere' });
    expect(() => releaseLock(dependencies, { name: 'deplo', confirm: 'deplo' })).toThrow(
      'lock "deplo": nobody holds a lock of that name.',
    );
    expect(() => releaseLock(dependencies, { name: '../locks/deploy', confirm: '../locks/deploy' })).toThrow(
      'nobody holds',
    );
  });
});
