import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Release } from '#libs/release';
import { staleBundle } from './stale-bundle.js';

describe('a bundle that is older than the compiled code', () => {
  let dir: string;
  const say = (kind: Release['kind'] = 'checkout') =>
    staleBundle({ currentRelease: () => ({ id: kind, dir, kind }) });

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'stale-bundle-'));
    mkdirSync(join(dir, 'dist/bundle'), { recursive: true });
    for (const app of ['hello', 'web']) {
      mkdirSync(join(dir, `dist/apps/${app}/src`), { recursive: true });
      writeFileSync(join(dir, `dist/apps/${app}/src/application.js`), '');
      writeFileSync(join(dir, `dist/bundle/${app}.cjs`), '');
    }
    writeFileSync(join(dir, 'dist/.tsbuildinfo'), '');
  });

  afterEach(() => rmSync(dir, { recursive: true }));

  function bundledAgo(app: string, seconds: number): void {
    const then = new Date(Date.now() - seconds * 1000);
    utimesSync(join(dir, `dist/bundle/${app}.cjs`), then, then);
  }

  it('is told of, with what brings it up to date', () => {
    bundledAgo('web', 60);
    bundledAgo('hello', -60);
    expect(say()).toBe(
      `The bundle of web is older than the compiled code, which is run in its place and starts slower. To bundle again: \`npm run build\` in ${dir}.`,
    );
  });

  it('is none where the bundle is newer or missing, or the release was built', () => {
    bundledAgo('web', -60);
    rmSync(join(dir, 'dist/bundle/hello.cjs'));
    expect(say()).toBeUndefined();
    bundledAgo('web', 60);
    expect(say('built')).toBeUndefined();
  });
});
