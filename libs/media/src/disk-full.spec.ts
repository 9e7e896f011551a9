import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { DiskFull, writing } from './errors.js';
import { claimMediaRoot } from './identity.js';
import { MediaStorage } from './storage.js';

const root = path.join(mkdtempSync(path.join(os.tmpdir(), 'media-full-')), 'media');

/** Whether a file system of 256 KB could be mounted there: only root may. */
function mountSmallDisk(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync('mkdir', [root]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', root], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const isMounted = mountSmallDisk();

afterAll(async () => {
  if (isMounted) execFileSync('umount', [root]);
  await rm(path.dirname(root), { recursive: true, force: true });
});

(isMounted ? describe : describe.skip)('on a disk of 256 KB (needs root, to mount one)', () => {
  let storage: MediaStorage;

  beforeAll(async () => {
    await claimMediaRoot(root, { tenant: 'acme', id: 'a' });
    storage = new MediaStorage({ root, quotaBytes: 1e9, uploadLimitBytes: 1e9 });
  });

  it('refuses what does not fit, keeps nothing of it, and takes the next that fits', async () => {
    const large = Readable.from(Array.from({ length: 10 }, () => Buffer.alloc(64 * 1024)));
    await expect(storage.save('large.bin', large)).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: 'media: the disk is full; nothing of this file was kept.',
      hint: 'Free space on the disk of the media root, then send the file again.',
    });
    await expect(readdir(path.join(root, '.incoming'))).resolves.toEqual([]);
    await expect(readdir(path.join(root, 'public'))).resolves.toEqual([]);
    await expect(storage.save('small.bin', Readable.from([Buffer.alloc(1024)]))).resolves.toMatchObject({
      sizeBytes: 1024,
    });
  });
});

describe('a write that the disk refuses', () => {
  const failWith = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

  it.each(['ENOSPC', 'EDQUOT'])('is a full disk for %s', async (code) => {
    await expect(writing(failWith(code))).rejects.toThrow(DiskFull);
  });

  it('is named by its code otherwise', async () => {
    await expect(writing(failWith('EROFS'))).rejects.toThrow(
      'media: the disk refused the file (EROFS); nothing of it was kept.',
    );
  });
});
