import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { bundleFile, memoryFlags } from '../tenant-command.js';
import { bundleWhole } from '../testing/bundle-whole.js';

const checkout = process.cwd();
const app = 'web';
const flags = memoryFlags(undefined);

describe('a bundle', () => {
  let folder: string;
  let cacheFile: string;

  beforeAll(async () => {
    // Below the checkout, where a process looks for its base settings.
    folder = mkdtempSync(join(checkout, 'dist', 'bundle-test-'));
    cacheFile = join(folder, 'cache', `${app}.bin`);
    await bundleWhole({ checkout, app, folder });
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function start(): { status: number | null; stderr: string } {
    const args = [...flags, bundleFile(folder, app)];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: {}, cwd: '/' });
    return { status, stderr };
  }

  const refusal = {
    status: 78,
    stderr: 'TENANT: expected the name of a tenant, found nothing. Run `TENANT=acme bin/start-tenant`.\n',
  };

  it('is ASCII, as its launcher reads it byte by byte', () => {
    expect(readFileSync(join(folder, `${app}.app.cjs`)).every((byte) => byte < 128)).toBe(true);
  });

  it('loads, and finds the release around it', () => {
    expect(start()).toEqual(refusal);
  });

  it('keeps names of classes, and has one driver', () => {
    const code = readFileSync(join(folder, `${app}.app.cjs`), 'utf8');
    const isDefined = (name: string): boolean =>
      new RegExp(`\\b(class ${name}|${name}\\s*=\\s*class)\\b`).test(code);
    expect(['PostgresDriver', 'MysqlDriver', 'PagesService', 'Page'].filter(isDefined)).toEqual([
      'PostgresDriver',
      'PagesService',
      'Page',
    ]);
  });

  it('writes nothing when it runs', () => {
    const before = statSync(cacheFile).mtimeMs;
    start();
    expect(statSync(cacheFile).mtimeMs).toBe(before);
    rmSync(cacheFile);
    expect(start()).toEqual(refusal);
    expect(existsSync(cacheFile)).toBe(false);
  });

  it('starts from a cache that is broken, as if there were none', () => {
    writeFileSync(cacheFile, 'broken');
    expect(start()).toEqual(refusal);
  });
});
