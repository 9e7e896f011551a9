import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { claimMediaRoot } from './identity.js';
import { MediaStorage } from './storage.js';

const program = resolve('dist/tests/support/sample-app/upload-process.js');
const quotaBytes = 100_000;

describe('two processes over one media root', () => {
  let folder: string;
  let root: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'media-two-'));
    root = join(folder, 'media');
    await claimMediaRoot(root, { tenant: 'acme', id: 'a' });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Both upload at the same time; how many files each of them kept. */
  async function uploadTogether(size: number, count: number): Promise<number[]> {
    const children = [1, 2].map(() =>
      spawn(process.execPath, [program, root, String(quotaBytes), String(size), String(count)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    // Loaded by then: what follows is about files.
    await sleep(700);
    for (const child of children) child.stdin.end('go');
    const outputs = await Promise.all(
      children.map(async (child) => {
        const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
        return output;
      }),
    );
    return outputs.map(Number);
  }

  it('keep one quota, though each had looked before the other stored anything', async () => {
    const kept = await uploadTogether(60_000, 1);
    const { usedBytes } = await new MediaStorage({ root, quotaBytes, uploadLimitBytes: 1 }).usage();
    expect(usedBytes).toBe(60_000 * ((kept[0] ?? 0) + (kept[1] ?? 0)));
    expect(usedBytes).toBeLessThanOrEqual(quotaBytes);
  });

  it('keep it with many uploads each, and refuse none while there is room', async () => {
    expect(await uploadTogether(4_000, 8)).toEqual([8, 8]);
    await uploadTogether(4_000, 8);
    const { usedBytes } = await new MediaStorage({ root, quotaBytes, uploadLimitBytes: 1 }).usage();
    expect(usedBytes).toBeGreaterThanOrEqual(64_000);
    expect(usedBytes).toBeLessThanOrEqual(quotaBytes);
    expect(await readdir(join(root, '.incoming'))).toEqual([]);
  });
});
