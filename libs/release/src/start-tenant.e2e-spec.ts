import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

/** Stands for an application: says how it was started. */
const entry = `
  const { TENANT, NODE_ENV, TENANTRY_HOME } = process.env;
  console.log(JSON.stringify({ file: process.argv[1], flags: process.execArgv, TENANT, NODE_ENV, TENANTRY_HOME }));
  process.exit(Number(process.env.EXIT ?? 0));`;

describe('bin/start-tenant', () => {
  let dir: string;
  let release: string;
  let script: string;

  beforeEach(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), "tenantry it's a home-")));
    release = join(dir, 'releases', '1.1.0');
    script = join(release, 'bin', 'start-tenant');
    for (const folder of ['bin', 'dist/apps/web/src', 'node_modules/.bin']) {
      mkdirSync(join(release, folder), { recursive: true });
    }
    copyFileSync('bin/start-tenant', script);
    symlinkSync(process.execPath, join(release, 'node_modules', '.bin', 'node'));
    writeFileSync(join(release, 'dist', 'apps', 'web', 'src', 'main.js'), entry);
  });

  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  function run(args: string[], env: Record<string, string> = {}, command = script) {
    const { status, stdout, stderr } = spawnSync(command, args, {
      encoding: 'utf8',
      cwd: dir,
      env: { PATH: '/usr/bin:/bin', ...env },
    });
    return { status, stdout, stderr, said: stdout === '' ? undefined : (JSON.parse(stdout) as object) };
  }

  it('starts the tenant that its argument names', () => {
    const { status, said, stderr } = run(['acme'], { TENANTRY_HOME: dir });
    expect({ status, said, stderr }).toEqual({
      status: 0,
      stderr: '',
      said: {
        file: join(release, 'dist', 'apps', 'web', 'src', 'main.js'),
        flags: ['--report-exclude-env', '--disable-sigusr1', '--max-semi-space-size=8'],
        TENANT: 'acme',
        NODE_ENV: 'production',
        TENANTRY_HOME: dir,
      },
    });
  });

  it('starts the tenant of the environment, with its memory and mode', () => {
    const { said } = run([], { TENANT: 'acme', NODE_ENV: 'development', TENANTRY_MEMORY: '128' });
    expect(said).toMatchObject({
      TENANT: 'acme',
      NODE_ENV: 'development',
      flags: [
        '--report-exclude-env',
        '--disable-sigusr1',
        '--max-semi-space-size=8',
        '--max-old-space-size=96',
      ],
    });
  });

  it('resolves links once, so that a process stays on one release', () => {
    symlinkSync('releases/1.1.0', join(dir, 'current'));
    symlinkSync('current/bin/start-tenant', join(dir, 'start acme'));
    const { said } = run(['acme'], {}, join(dir, 'start acme'));
    expect(said).toMatchObject({ file: join(release, 'dist', 'apps', 'web', 'src', 'main.js') });
  });

  it('prefers the bundle', () => {
    mkdirSync(join(release, 'dist', 'bundle'));
    writeFileSync(join(release, 'dist', 'bundle', 'web.cjs'), entry);
    expect(run(['acme']).said).toMatchObject({ file: join(release, 'dist', 'bundle', 'web.cjs') });
  });

  it('hands on the exit code', () => {
    expect(run(['acme'], { EXIT: '78' }).status).toBe(78);
  });

  it('says what to do where its Node is missing', () => {
    rmSync(join(release, 'node_modules'), { recursive: true });
    // With the tools of the system, but no Node.
    const tools = join(dir, 'tools');
    mkdirSync(tools);
    for (const tool of ['readlink', 'dirname', 'sed', 'head']) symlinkSync(whereIs(tool), join(tools, tool));
    expect(run(['acme'], { PATH: tools })).toMatchObject({
      status: 78,
      stderr: `start-tenant: ${release}: its own Node is missing, and there is no Node 26 in PATH. Run \`npm ci\` there.\n`,
    });
  });

  it.each([
    ['two tenants', ['acme', 'liberty'], {}, 'expected the name of one tenant, found 2 arguments'],
    ['an application with a path', ['acme'], { TENANTRY_APP: '../web' }, 'TENANTRY_APP: expected a word'],
    [
      'an application that is none',
      ['acme'],
      { TENANTRY_APP: 'shop' },
      'the application "shop" is not compiled',
    ],
    [
      'memory that is no number',
      ['acme'],
      { TENANTRY_MEMORY: '1G' },
      'expected a number of megabytes, found "1G"',
    ],
  ])('refuses %s', (_name, args, env, text) => {
    const { status, stdout, stderr } = run(args, env);
    expect({ status, stdout }).toEqual({ status: 78, stdout: '' });
    expect(stderr).toContain(text);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

function whereIs(tool: string): string {
  return spawnSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim();
}
