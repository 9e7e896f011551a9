import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HostingPlan } from '#libs/hosting';
import { silentReport } from '../report.js';
import { putInPlace } from './apply-files.js';
import type { TargetChanges } from './compare-hosting.js';
import type { HostingTarget } from './target.js';

const file = { path: 'scripts/tenants/start-acme', text: 'exec true\n', mode: 0o755 };
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tenantry-apply-'));
});
afterEach(() => rmSync(home, { recursive: true }));

/** A program that runs acme until its files change, and says itself afterwards that it does not. */
function silenced(): TargetChanges {
  let isRunning = true;
  const target: HostingTarget = {
    name: 'program',
    generate: () => [file],
    check: async () => {},
    activate: async () => void (isRunning = false),
    prove: async (_, answered) =>
      isRunning || answered.has('acme')
        ? [{ name: 'acme', problem: isRunning ? undefined : 'connect ENOENT' }]
        : [],
  };
  return { target, files: [file], home: [{ kind: 'added', file }], installed: [] };
}

describe('putInPlace', () => {
  const report = silentReport;

  it('asks also those whose program says that they no longer run, and puts the files of before back', async () => {
    const plan = { home } as HostingPlan;
    await expect(putInPlace({ report }, plan, [silenced()])).rejects.toThrow(
      'acme: answered before the change, and not after it: connect ENOENT.',
    );
    expect(existsSync(join(home, file.path))).toBe(false);
  });
});
