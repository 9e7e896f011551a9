import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errorOf } from '../test-home.js';
import { homePaths, prepareSocketFolder, requireOwnSocketFolder } from './paths.js';
import type { HomePaths } from './types.js';

const me = process.getuid?.();
const [deployer, stranger] = [54_321, 54_322];

let root: string;
let paths: HomePaths;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sockets-test-'));
  const home = join(root, ...Array.from({ length: 10 }, () => 'deeply-nested'));
  mkdirSync(home, { recursive: true });
  paths = homePaths(home);
});
afterEach(() => {
  rmSync(paths.sockets, { recursive: true, force: true });
  rmSync(root, { recursive: true, force: true });
});

/** Whoever is about to make sockets there, and whoever is about to connect to one. */
function expectRefused(found: string, uid = me): void {
  for (const ask of [prepareSocketFolder, requireOwnSocketFolder]) {
    expect(errorOf(() => ask(paths, uid))).toMatchObject({
      code: 'UNSAFE_SOCKET_FOLDER',
      exitCode: 4,
      message: `${paths.sockets}: expected a folder that only you can write to, found ${found}.`,
      hint: `Find out who made it, then remove it: rm -r ${paths.sockets}`,
    });
  }
}

describe('the folder of the sockets', () => {
  it('is short and private where the home is deep, and made once', () => {
    expect(paths.sockets).toMatch(/^\/tmp\/tenantry-[0-9a-f]{16}$/);
    requireOwnSocketFolder(paths, me);
    prepareSocketFolder(paths, me);
    expect(statSync(paths.sockets).mode & 0o7777).toBe(0o700);
    prepareSocketFolder(paths, me);
    requireOwnSocketFolder(paths, me);
  });

  it('is not looked at where the home has room for it', () => {
    const near = homePaths('/srv/x');
    expect(near.sockets).toBe('/srv/x/run');
    requireOwnSocketFolder(near, me);
  });

  it('is refused when it is a link', () => {
    symlinkSync(root, paths.sockets);
    expectRefused('a link');
  });

  it.each([0o777, 0o1777, 0o720, 0o702])(
    'is refused with mode %o, by which others can write to it',
    (mode) => {
      mkdirSync(paths.sockets);
      chmodSync(paths.sockets, mode);
      expectRefused(`one of user ${me} with mode ${mode.toString(8).padStart(4, '0')}`);
    },
  );

  it('is refused when it is a file', () => {
    writeFileSync(paths.sockets, '');
    expect(errorOf(() => requireOwnSocketFolder(paths, me)).message).toContain('found no folder.');
  });

  if (me !== 0) console.warn('Not root: whose the folder of the sockets is is not tried.');
  const itAsRoot = me === 0 ? it : it.skip;

  itAsRoot('is refused when another user has made it, also by root', () => {
    mkdirSync(paths.sockets, { mode: 0o700 });
    chownSync(paths.sockets, stranger, stranger);
    for (const uid of [0, deployer]) expectRefused(`one of user ${stranger} with mode 0700`, uid);
  });

  itAsRoot("may be root's, or the home's owner's, for whoever runs the command", () => {
    mkdirSync(paths.sockets, { mode: 0o700 });
    for (const uid of [0, deployer]) requireOwnSocketFolder(paths, uid);
    chownSync(paths.sockets, deployer, deployer);
    expectRefused(`one of user ${deployer} with mode 0700`, 0);
    chownSync(paths.home, deployer, deployer);
    for (const uid of [0, deployer, stranger]) requireOwnSocketFolder(paths, uid);
  });
});
