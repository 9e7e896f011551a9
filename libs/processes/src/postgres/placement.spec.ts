import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, isFree } from './free-port.js';
import { linkTree } from './link-tree.js';
import { followLink, makeSocketDir, shareSocketDir, removeSocketDir } from './placement.js';
import { findPostmaster, isPostmaster } from './postmaster.js';
import { allows, canReach } from './service-user.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'placement-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const stranger = { uid: 12_345, gid: 12_345 };

describe('what another user reaches', () => {
  it('ends at a folder that only its owner may enter', () => {
    mkdirSync(join(dir, 'data'));
    chmodSync(dir, 0o700);
    expect(canReach(stranger, join(dir, 'data'))).toBe(false);
    chmodSync(dir, 0o711);
    expect(canReach(stranger, join(dir, 'data'))).toBe(true);
    expect(allows(stranger, dir, 4)).toBe(false);
  });

  it('follows the permissions of owner and group before those of others', () => {
    const { uid, gid } = statSync(dir);
    chmodSync(dir, 0o007);
    expect(allows({ uid, gid }, dir, 5)).toBe(false);
    chmodSync(dir, 0o050);
    expect(allows({ uid: 12_345, gid }, dir, 5)).toBe(true);
    chmodSync(dir, 0o700);
  });
});

describe('linkTree', () => {
  it('makes a twin that others can read, and only once', () => {
    const from = join(dir, 'from');
    mkdirSync(join(from, 'bin'), { recursive: true });
    writeFileSync(join(from, 'bin', 'run'), 'x', { mode: 0o700 });
    writeFileSync(join(from, 'text'), 'y', { mode: 0o600 });
    symlinkSync('text', join(from, 'link'));
    linkTree(from, join(dir, 'to'), (twin) => writeFileSync(join(twin, 'finished'), ''));
    expect(statSync(join(dir, 'to', 'bin', 'run')).mode & 0o777).toBe(0o755);
    expect(statSync(join(from, 'bin', 'run')).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(dir, 'to', 'link'), 'utf8')).toBe('y');
    linkTree(from, join(dir, 'to'), () => expect(true).toBe(false));
  });

  it('leaves nothing when it cannot be finished', () => {
    mkdirSync(join(dir, 'from'));
    const failing = (): void => {
      throw new Error('no room');
    };
    expect(() => linkTree(join(dir, 'from'), join(dir, 'to'), failing)).toThrow('no room');
    expect(existsSync(join(dir, 'to'))).toBe(false);
  });
});

describe('socket folders', () => {
  const server = { name: 'main', dataDir: '/srv/saas/postgres/main', user: undefined };

  it('lie in the home where the path fits, private to their owner until they are shared', () => {
    const made = makeSocketDir(dir, server);
    expect(made).toBe(join(dir, 'postgres-main'));
    expect(statSync(made).mode & 0o777).toBe(0o700);
    shareSocketDir(made);
    expect(statSync(made).mode & 0o777).toBe(0o711);
  });

  it('are the same again where the path would be too long, but not where somebody else can write to them', () => {
    const long = join(dir, 'x'.repeat(100));
    const mine = { ...server, dataDir: join(dir, 'data') };
    const made = makeSocketDir(long, mine);
    expect(made).toMatch(/\/tenantry-pg-[0-9a-f]{12}$/);
    expect(makeSocketDir(long, mine)).toBe(made);
    chmodSync(made, 0o777);
    const other = makeSocketDir(long, mine);
    rmSync(made, { recursive: true });
    symlinkSync(dir, made);
    const another = makeSocketDir(long, mine);
    expect([other, another].filter((each) => each === made)).toEqual([]);
    for (const each of [made, other, another]) rmSync(each, { recursive: true });
  });

  it('are removed only where we made them', () => {
    removeSocketDir(dir);
    expect(existsSync(dir)).toBe(true);
    removeSocketDir(makeSocketDir(dir, server));
    expect(existsSync(join(dir, 'postgres-main'))).toBe(false);
  });
});

describe('a running server', () => {
  it('is not believed in for a pid alone', () => {
    writeFileSync(
      join(dir, 'postmaster.pid'),
      `${process.pid}\n${dir}\n1700000000\n5432\n/tmp\n127.0.0.1\n1 2\nready   \n`,
    );
    expect(findPostmaster(dir)).toBeUndefined();
    expect(isPostmaster(process.pid, process.cwd())).toBe(true);
    expect(isPostmaster(0, process.cwd())).toBe(false);
  });

  it('is looked for where the link leads', () => {
    symlinkSync('/var/lib/tenantry/main-abcdef/data', join(dir, 'main'));
    expect(followLink(join(dir, 'main'))).toBe('/var/lib/tenantry/main-abcdef/data');
  });
});

describe('freePort', () => {
  it('keeps the wished port while it is free', async () => {
    const port = await freePort(undefined);
    expect(await isFree(port)).toBe(true);
    expect(await freePort(port)).toBe(port);
  });
});
