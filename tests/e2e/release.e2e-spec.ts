import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { entry, pinnedNode } from '../support/command-line.js';
import { type TestHome, makeTestHome } from '../support/test-home.js';

const exec = promisify(execFile);

/** Built once, and once more at another time and place. */
describe('a release', () => {
  let home: TestHome;
  let dir: string;
  let other: TestHome;

  beforeAll(async () => {
    [home, other] = await Promise.all([makeTestHome('release'), makeTestHome('other place')]);
    dir = join(home.dir, 'releases', '1.0.0');
    // A checkout in which somebody works has changes; here only what is built counts.
    const build = (at: TestHome) => at.done('release', 'build', '--id', '1.0.0', '--allow-dirty');
    await Promise.all([build(home), pause(1500).then(() => build(other))]);
  }, 180_000);

  afterAll(() => Promise.all([home, other].map((each) => each?.remove())), 60_000);

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

  it('has the same bytes wherever and whenever it is built', () => {
    const [one, two] = [home, other].map((at) => {
      const text = readFileSync(join(at.dir, 'releases/1.0.0/release.json'), 'utf8');
      // What V8 compiled is never the same twice.
      return { ...(JSON.parse(text) as { files: { path: string }[] }), caches: [] };
    });
    expect(one?.files.length).toBeGreaterThan(50);
    expect(two).toEqual(one);
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

  it('goes to another host as one file, whenever the command there is killed', async () => {
    const archive = join(home.dir, 'one.tar.zst');
    const packed = await fromRelease('release', 'archive', '1.0.0', '--to', archive);
    expect(packed.stdout).toContain(`tenantry release install ${archive} --sha256 `);
    const there = await other.run('release', 'install', archive);
    expect([there.code, there.stderr]).toEqual([
      4,
      expect.stringContaining('is there already, and is another one'),
    ]);
    const releases = join(other.dir, 'releases');
    rmSync(join(releases, '1.0.0'), { recursive: true });
    rmSync(join(releases, '.runtimes'), { recursive: true });
    const killed = spawn(pinnedNode, [entry, 'release', 'install', archive, '--home', other.dir], {
      stdio: 'ignore',
    });
    while (!readdirSync(releases).some((name) => name.startsWith('.staging-'))) await pause(2);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(readdirSync(releases)).toEqual([expect.stringMatching(/^\.staging-/)]);
    expect((await other.done('release', 'list', '--json')).json()).toEqual({ releases: [] });
    await other.done('release', 'install', archive);
    expect(readdirSync(releases).toSorted()).toEqual(['.runtimes', '1.0.0']);
    const installed = await exec(join(releases, '1.0.0/bin/tenantry'), ['release', 'verify', '1.0.0'], {
      cwd: other.dir,
    });
    expect(installed.stdout).toContain('Release 1.0.0 is as it was built.');
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

describe('a full disk', () => {
  const onlyForRoot = process.getuid?.() === 0 ? it : it.skip;
  onlyForRoot(
    'lets no part of a release behind (needs root, to mount a small disk)',
    async () => {
      const home = await makeTestHome('full disk');
      const releases = join(home.dir, 'releases');
      mkdirSync(releases, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', releases]);
      try {
        const built = await home.run('release', 'build', '--id', '1.0.0', '--allow-dirty');
        expect([built.code, built.stderr]).toEqual([
          1,
          expect.stringContaining(`${releases}: no space is left on its disk. Nothing was added.`),
        ]);
        expect(readdirSync(releases, { recursive: true })).toEqual(['.runtimes']);
      } finally {
        execFileSync('umount', [releases]);
        await home.remove();
      }
    },
    60_000,
  );
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
