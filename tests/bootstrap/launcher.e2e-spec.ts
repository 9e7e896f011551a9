import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { checkout, FakeCheckout } from './fake-checkout.js';

/** Stands in for a Node: prints what it was started with. */
const echo = '#!/bin/sh\nfor a in "$0" "$@"; do printf "%s\\n" "$a"; done\npwd\n';

describe('scripts/tenantry', () => {
  let tree: FakeCheckout;
  let launcher: string;
  beforeEach(() => {
    tree = new FakeCheckout();
    tree.write('node_modules/.bin/node', echo, 0o755);
    tree.write('node_modules/.installed', '');
    tree.write('host/node', echo, 0o755);
    tree.write('dist/apps/tenantry/src/main.js', '');
    tree.write('libs/a/src/index.ts', '');
    launcher = join(tree.root, 'scripts/tenantry');
    mkdirSync(join(tree.root, 'scripts'));
    copyFileSync(join(checkout, 'scripts/tenantry'), launcher);
  });
  afterEach(() => tree.remove());

  function run(command: string, cwd: string): string[] {
    const env = { PATH: `${join(tree.root, 'host')}:/usr/bin:/bin` };
    const { stdout } = spawnSync(command, ['status', '--tenant', 'a b'], { cwd, env, encoding: 'utf8' });
    return stdout.trimEnd().split('\n');
  }

  const straight = () => [
    ...[join(tree.root, 'node_modules/.bin/node'), '--max-semi-space-size=2'],
    join(tree.root, 'dist/apps/tenantry/src/main.js'),
    ...['status', '--tenant', 'a b', '/'],
  ];

  it('starts the pinned Node in the folder it was called from, arguments untouched', () => {
    expect(run(launcher, '/')).toEqual(straight());
  });

  it('finds its checkout through symlinks, absolute and relative', () => {
    symlinkSync(launcher, join(tree.parent, 'absolute'));
    symlinkSync('absolute', join(tree.parent, 'tn'));
    expect(run(join(tree.parent, 'tn'), '/')).toEqual(straight());
  });

  it('sets the checkout up first when nothing is built', () => {
    tree.write('.git/HEAD', '');
    const words = run(launcher, '/');
    expect(words.slice(1, 3)).toEqual([join(tree.root, 'scripts/bootstrap.mjs'), 'tenantry']);
  });

  it('compiles first in a checkout whose sources are newer than its build', () => {
    tree.write('.git/HEAD', '');
    const stamp = tree.write('dist/.compiled', '');
    const hour = 3_600_000;
    utimesSync(stamp, new Date(Date.now() + hour), new Date(Date.now() + hour));
    expect(run(launcher, '/')).toEqual(straight());
    utimesSync(stamp, new Date(Date.now() - hour), new Date(Date.now() - hour));
    expect(run(launcher, '/')[1]).toBe(join(tree.root, 'scripts/bootstrap.mjs'));
  });

  it('never compiles a release, whatever its dates', () => {
    const stamp = tree.write('dist/.compiled', '');
    utimesSync(stamp, 0, 0);
    expect(run(launcher, '/')).toEqual(straight());
  });
});
