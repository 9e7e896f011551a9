import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestHome, makeTestHome } from '../support/test-home.js';

const exec = promisify(execFile);

/** One build for all: it copies packages and boots each application. */
describe('a release', () => {
  let home: TestHome;
  let dir: string;

  beforeAll(async () => {
    home = await makeTestHome('release');
    dir = join(home.dir, 'releases', '1.0.0');
    // A checkout in which somebody works has changes; here only what is built counts.
    await home.done('release', 'build', '--id', '1.0.0', '--allow-dirty');
  }, 180_000);

  afterAll(() => home.remove(), 60_000);

  const fromRelease = (...words: string[]) =>
    exec(join(dir, 'bin', 'tenantry'), words, { cwd: home.dir, env: { PATH: process.env['PATH'] } });

  it('is complete, linked to the tenants, and shares its Node', () => {
    const manifest = JSON.parse(readFileSync(join(dir, 'release.json'), 'utf8')) as {
      runtime: { name: string };
      applications: { name: string; migrations: { hash: string; kind: string }[] }[];
      files: { path: string }[];
    };
    expect(manifest.applications.map(({ name }) => name)).toEqual(['hello', 'web']);
    expect(manifest.applications[1]?.migrations[0]).toMatchObject({
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      kind: 'expand',
    });
    expect(readlinkSync(join(dir, 'tenants'))).toBe('../../tenants');
    expect(readlinkSync(join(dir, 'node_modules', '.bin', 'node'))).toBe(
      `../../../.runtimes/${manifest.runtime.name}/node`,
    );
    const paths = manifest.files.map(({ path }) => path);
    expect(paths).toContain('dist/bundle/web.app.cjs');
    expect(paths.filter((path) => /^dist\/.*spec\.js$|^node_modules\/jest\//.test(path))).toEqual([]);
    expect(readdirSync(join(home.dir, 'releases')).toSorted()).toEqual(['.runtimes', '1.0.0']);
  });

  it('is never built over, nor under a name that leads elsewhere', async () => {
    const again = await home.run('release', 'build', '--id', '1.0.0', '--allow-dirty');
    expect(again.code).toBe(4);
    expect(again.stderr).toContain('release 1.0.0: is there already, and releases are never changed.');
    const outside = await home.run('release', 'build', '--id', '../1.0.0', '--allow-dirty');
    expect(outside.code).toBe(2);
    expect(existsSync(join(home.dir, '1.0.0'))).toBe(false);
  });

  it('runs tenants and commands without the checkout', async () => {
    symlinkSync('releases/1.0.0', join(home.dir, 'current'));
    await fromRelease('tenant', 'create', 'acme');
    await fromRelease('start', 'acme');
    const page = await home.get('acme.localhost', '/');
    expect(page.status).toBe(200);
    const [, style = ''] = /href="(\/_assets\/site\.[0-9a-f]{16}\.css)"/.exec(await page.text()) ?? [];
    expect(existsSync(join(dir, 'apps/web/assets', style.slice('/_assets/'.length)))).toBe(true);
    const { status: found, headers } = await home.get('acme.localhost', style);
    expect([found, headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    const { stdout } = await fromRelease('status', '--json');
    const [tenant] = (JSON.parse(stdout) as { tenants: { pid: number; release: string }[] }).tenants;
    expect(tenant?.release).toBe('1.0.0');
    const args = readFileSync(`/proc/${tenant?.pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
    expect(args.filter((arg) => arg.startsWith('/')).every((arg) => arg.startsWith(dir))).toBe(true);
    await fromRelease('stop', '--all');
    const verified = await fromRelease('release', 'verify', '1.0.0');
    expect(verified.stdout).toContain('Release 1.0.0 is as it was built.');
  }, 60_000);

  it('shows what was changed, taken away and added', async () => {
    const template = join(dir, 'apps', 'web', 'templates', 'layout.liquid');
    const text = readFileSync(template);
    chmodSync(template, 0o644);
    writeFileSync(template, '<p>not ours</p>');
    rmSync(join(dir, 'LICENSE'));
    writeFileSync(join(dir, 'extra.txt'), '');
    const verified = await home.run('release', 'verify', '1.0.0');
    expect(verified.code).toBe(1);
    expect(verified.stderr).toContain(
      'apps/web/templates/layout.liquid (changed), LICENSE (missing), extra.txt (not of it).',
    );
    writeFileSync(template, text);
  });
});

describe('a name of a release', () => {
  it('that is unknown is exit 2', async () => {
    const home = await makeTestHome('no release');
    try {
      const shown = await home.run('release', 'show', '1.0.0');
      expect(shown.code).toBe(2);
      expect(shown.stderr.trim()).toBe(
        'release "1.0.0": there is no such release in this home. This home has none yet.',
      );
      expect((await home.done('release', 'list', '--json')).json()).toEqual({ releases: [] });
    } finally {
      await home.remove();
    }
  }, 30_000);
});
