import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { resolveRelease } from './resolve-release.js';

describe('resolveRelease', () => {
  let home: string;

  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'tenantry-release-')));
    mkdirSync(join(home, 'releases', '1.1.0'), { recursive: true });
    mkdirSync(join(home, 'checkout'));
  });

  afterEach(() => {
    rmSync(home, { recursive: true, force: true });
  });

  function resolve(): ReturnType<typeof resolveRelease> {
    return resolveRelease({ paths: { current: join(home, 'current') }, codeRoot: join(home, 'checkout') });
  }

  it('takes the checkout while nothing is deployed', () => {
    expect(resolve()).toEqual({ id: 'checkout', dir: join(home, 'checkout'), kind: 'checkout' });
  });

  it('takes the real directory that current points at', () => {
    symlinkSync('releases/1.1.0', join(home, 'current'));
    expect(resolve()).toEqual({ id: '1.1.0', dir: join(home, 'releases', '1.1.0'), kind: 'built' });
  });

  it('refuses a current that points at nothing, instead of running the checkout', () => {
    symlinkSync('releases/9.9.9', join(home, 'current'));
    expect(resolve).toThrow(`${join(home, 'current')}: points at releases/9.9.9, which is not there.`);
  });
});
