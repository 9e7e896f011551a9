import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { checkout, FakeCheckout } from './fake-checkout.js';

describe('.ci/run', () => {
  let tree: FakeCheckout;
  beforeEach(() => {
    tree = new FakeCheckout();
    // What is missing here is not to be installed by a test.
    tree.write('bin/apt-get', '#!/bin/sh\nexit 1\n', 0o755);
  });
  afterEach(() => tree.remove());

  /** Runs it with an npm that says `tests` and then `checks`, each a shell command. */
  function run(tests: string, checks: string): { code: number | null; last: string | undefined } {
    tree.write('bin/npm', `#!/bin/sh\ncase $3 in test) ${tests};; check) ${checks};; esac\n`, 0o755);
    const env = { PATH: `${join(tree.root, 'bin')}:/usr/bin:/bin` };
    const { status, stdout } = spawnSync(join(checkout, '.ci/run'), { env, encoding: 'utf8' });
    return { code: status, last: stdout.trimEnd().split('\n').at(-1) };
  }

  it('ends with the sum of tests and checks', () => {
    const ran = run('echo 12 passed, 0 failed, 1 skipped', 'echo 5 passed, 0 failed');
    expect(ran).toEqual({ code: 0, last: '17 passed, 0 failed' });
  });

  it('fails when a check failed, though all tests passed', () => {
    const ran = run('echo 12 passed, 0 failed', 'echo 4 passed, 1 failed; exit 1');
    expect(ran).toEqual({ code: 1, last: '16 passed, 1 failed' });
  });

  it('counts a run that broke off as failed', () => {
    const ran = run('echo out of memory; exit 134', 'echo 5 passed, 0 failed');
    expect(ran).toEqual({ code: 1, last: '5 passed, 1 failed' });
  });

  it('does not believe a closing line that the exit code contradicts', () => {
    const ran = run('echo 12 passed, 0 failed; exit 1', 'echo 5 passed, 0 failed');
    expect(ran).toEqual({ code: 1, last: '17 passed, 1 failed' });
  });
});
