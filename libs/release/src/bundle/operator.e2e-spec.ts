import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Metafile } from 'esbuild';

import { bundleOperator } from './bundle-operator.js';
import { warmOperator } from './warm-operator.js';

const checkout = process.cwd();

/** Has a program say, when it ends, what it has loaded since. */
const reportLoaded = `
import { registerHooks } from 'node:module';
const urls = [];
registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
process.on('exit', () => process._rawDebug(urls.join('\\n')));
`;

describe('the bundled command line', () => {
  let parent: string;
  let folder: string;
  let home: string;
  let metafile: Metafile;

  beforeAll(async () => {
    // As deep as the real one: modules find the places that they were compiled to from there.
    parent = mkdtempSync(join(checkout, 'dist', 'bundle-test-'));
    folder = join(parent, 'operator');
    home = mkdtempSync(join(tmpdir(), 'tenantry-operator-'));
    mkdirSync(join(home, 'tenants', 'acme'), { recursive: true });
    writeFileSync(join(home, 'tenantry.yaml'), '{}\n');
    writeFileSync(join(home, 'tenants', 'acme', 'settings.yaml'), 'hosts: [acme.test]\n');
    writeFileSync(join(parent, 'loaded.mjs'), reportLoaded);
    metafile = await bundleOperator({ checkout, apps: ['hello', 'web'], outDir: folder });
    await warmOperator({ folder, node: process.execPath });
  }, 60_000);

  afterAll(() => {
    rmSync(parent, { recursive: true, force: true });
    rmSync(home, { recursive: true, force: true });
  });

  function run(entry: string, ...words: string[]) {
    const env = { TENANTRY_HOME: home, NODE_ENV: 'production' };
    const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...words], {
      encoding: 'utf8',
      env,
    });
    return { status, stdout, stderr };
  }

  it.each([
    [['--help']],
    [['tenant', 'list', '--json']],
    [['settings', 'show', '--tenant', 'acme']],
    [['settings', 'check', '--all']],
    [['postgres', 'status']],
    [['tenant', 'show', 'acne']],
    [['status']],
  ])('answers %j as the compiled one does', (words) => {
    const compiled = run(join(checkout, 'dist/apps/tenantry/src/main.js'), ...words);
    expect(run(join(folder, 'main.mjs'), ...words)).toEqual(compiled);
    expect(compiled.stdout + compiled.stderr).not.toContain('this is a bug');
  });

  it('adds nothing to its compile cache after the build', () => {
    const entries = () =>
      readdirSync(join(folder, 'cache'), { recursive: true, encoding: 'utf8' }).toSorted();
    const before = entries();
    run(join(folder, 'main.mjs'), 'settings', 'check', '--all');
    run(join(folder, 'main.mjs'), 'tenant', 'create', 'zed', '--plan');
    expect(entries()).toEqual(before);
  });

  it('shows help with nothing but the command line', () => {
    expect(packagesLoadedBy('--help')).toEqual(['commander']);
  });

  it('lists tenants without database driver, proxy and Nest, in few modules', () => {
    expect(packagesLoadedBy('tenant', 'list')).toEqual(['commander', 'config', 'json5', 'yaml', 'zod']);
    expect(chunksLoadedBy('tenant', 'list').length).toBeLessThan(60);
  });

  it('knows what a command loads', () => {
    expect(packagesLoadedBy('migrate', 'status')).toContain('pg');
  });

  /** Names of the packages that are in what a command has loaded when it ends, whichever import brought them. */
  function packagesLoadedBy(...words: string[]): string[] {
    const files = chunksLoadedBy(...words).flatMap((chunk) => Object.keys(inputsOf(chunk)));
    const names = files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
    return [...new Set(names)].toSorted();
  }

  function chunksLoadedBy(...words: string[]): string[] {
    const program = ['--import', join(parent, 'loaded.mjs'), join(folder, 'main.mjs'), ...words];
    const { stderr } = spawnSync(process.execPath, program, {
      encoding: 'utf8',
      env: { TENANTRY_HOME: home, NODE_ENV: 'production' },
    });
    const urls = stderr.match(/file:\S+\.mjs$/gm) ?? [];
    return urls.map((url) => relative(checkout, fileURLToPath(url)));
  }

  function inputsOf(chunk: string): object {
    const output = metafile.outputs[chunk];
    if (output === undefined) throw new TypeError(`${chunk} is loaded, and no part of the bundle.`);
    return output.inputs;
  }
});
