import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Metafile } from 'esbuild';

import { bundleOperator } from './bundle-operator.js';
import { warmOperator } from './warm-operator.js';

const checkout = process.cwd();

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

  it('shows help without the settings schema, and lists tenants without a database driver', () => {
    expect(loadedBy(metafile, 'run-command-line.js')).not.toContain('zod');
    expect(loadedBy(metafile, 'operations/src/dependencies.js')).toContain('zod');
    expect(
      loadedBy(metafile, 'list-tenants.js').filter((name) => name === 'pg' || name === 'httpxy'),
    ).toEqual([]);
  });

  /** Names of the packages in the chunk that begins with the module, and in all that it imports at once. */
  function loadedBy({ outputs }: Metafile, module: string): string[] {
    const [first] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(module)) ?? [];
    const chunks = new Set<string>([first ?? `no chunk of ${module}`]);
    for (const chunk of chunks) {
      const imports = outputs[chunk]?.imports ?? [];
      for (const { path, kind } of imports)
        if (kind === 'import-statement' && outputs[path]) chunks.add(path);
    }
    const files = [...chunks].flatMap((chunk) => Object.keys(outputs[chunk]?.inputs ?? {}));
    return [...new Set(files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []))];
  }
});
