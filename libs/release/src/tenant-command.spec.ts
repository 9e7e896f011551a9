import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { tenantCommand } from './tenant-command.js';

describe('tenantCommand', () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'tenantry-command-'));
  });

  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  it("starts the compiled entry by the release's own Node", () => {
    expect(tenantCommand({ id: 'checkout', dir, kind: 'checkout' }, 'web', {})).toEqual({
      command: join(dir, 'node_modules', '.bin', 'node'),
      args: [
        '--report-exclude-env',
        '--disable-sigusr1',
        '--max-semi-space-size=8',
        join(dir, 'dist', 'apps', 'web', 'src', 'main.js'),
      ],
    });
  });

  it('leaves a bundle alone that is older than what was compiled since', () => {
    mkdirSync(join(dir, 'dist', 'bundle'), { recursive: true });
    const bundle = join(dir, 'dist', 'bundle', 'web.cjs');
    const entry = () => tenantCommand({ id: 'checkout', dir, kind: 'checkout' }, 'web', {}).args.at(-1);
    writeFileSync(join(dir, 'dist', '.tsbuildinfo'), '');
    writeFileSync(bundle, '');
    utimesSync(bundle, new Date(), new Date(Date.now() + 5000));
    expect(entry()).toBe(bundle);
    utimesSync(bundle, new Date(), new Date(Date.now() - 5000));
    expect(entry()).toBe(join(dir, 'dist', 'apps', 'web', 'src', 'main.js'));
  });

  it('opens no inspector when somebody sends SIGUSR1', () => {
    const { args } = tenantCommand({ id: 'checkout', dir, kind: 'checkout' }, 'web', {});
    const script =
      "process.kill(process.pid, 'SIGUSR1'); setTimeout(() => console.log(require('inspector').url()), 200)";
    const said = execFileSync(process.execPath, [...args.slice(0, -1), '-e', script], { encoding: 'utf8' });
    expect(said).toBe('undefined\n');
  });

  it('prefers the bundle, and leaves a quarter of the memory to what the heap does not count', () => {
    mkdirSync(join(dir, 'dist', 'bundle'), { recursive: true });
    writeFileSync(join(dir, 'dist', 'bundle', 'web.cjs'), '');
    const memoryBytes = 128 * 1024 * 1024;
    expect(tenantCommand({ id: '1.1.0', dir, kind: 'built' }, 'web', { memoryBytes }).args).toEqual([
      '--report-exclude-env',
      '--disable-sigusr1',
      '--max-semi-space-size=8',
      '--max-old-space-size=96',
      join(dir, 'dist', 'bundle', 'web.cjs'),
    ]);
  });
});
