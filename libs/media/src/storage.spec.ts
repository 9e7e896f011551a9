import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { MediaNotFound, QuotaExceeded, UnsafePath, UploadAborted, UploadTooLarge } from './errors.js';
import { claimMediaRoot } from './identity.js';
import { MediaStorage } from './storage.js';
import { abandonedAfterMs, newUploadName } from './upload-owner.js';

const png = Buffer.from('\x89PNG\r\n\x1a\nand so on', 'latin1');
const identity = { tenant: 'acme', id: 'a' };

/** `bytes` in pieces, with a turn of the event loop between them, so that uploads interleave. */
function trickle(bytes: number, pieceBytes = 1024): Readable {
  return Readable.from(
    (async function* pieces() {
      for (let sent = 0; sent < bytes; sent += pieceBytes) {
        await new Promise(setImmediate);
        yield Buffer.alloc(Math.min(pieceBytes, bytes - sent), 'x');
      }
    })(),
  );
}

describe('media storage', () => {
  let folder: string;
  let root: string;
  let storage: MediaStorage;

  const stored = async () => [
    ...(await readdir(path.join(root, '.incoming'))).map((name) => `.incoming/${name}`),
    ...(await storage.list()).map((file) => file.path),
  ];
  const storageOf = (limits: { quotaBytes?: number; uploadLimitBytes?: number }) =>
    new MediaStorage({ root, quotaBytes: 1_000_000, uploadLimitBytes: 100_000, ...limits });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'media-storage-'));
    root = path.join(folder, 'media');
    await claimMediaRoot(root, identity);
    storage = storageOf({});
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  describe('saving', () => {
    it('keeps the content, says what it is, and leaves no temporary file', async () => {
      const file = await storage.save('My Photo.jpg', Readable.from([png.subarray(0, 3), png.subarray(3)]));
      expect(file).toMatchObject({
        path: 'public/my-photo.png',
        visibility: 'public',
        sizeBytes: png.length,
        contentType: 'image/png',
        sha256: createHash('sha256').update(png).digest('hex'),
      });
      await expect(readFile(path.join(root, file.path))).resolves.toEqual(png);
      await expect(stored()).resolves.toEqual(['public/my-photo.png']);
    });

    it('gives each of many uploads of one name a name of its own', async () => {
      const saves = Array.from({ length: 8 }, (_, index) =>
        storage.save('note.txt', Readable.from([Buffer.from(String(index))])),
      );
      const files = await Promise.all(saves);
      expect(new Set(files.map((file) => file.path)).size).toBe(8);
      const texts = await Promise.all(files.map((file) => readFile(path.join(root, file.path), 'utf8')));
      expect(texts).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    });

    it('keeps private files apart', async () => {
      const file = await storage.save('may.txt', Readable.from([Buffer.from('x')]), {
        visibility: 'private',
      });
      expect(file.path).toBe('private/may.txt');
      await expect(storage.list({ visibility: 'public' })).resolves.toEqual([]);
    });

    it.each(['../../x', '.htaccess', 'a\0b'])('refuses the name %j and writes nothing', async (name) => {
      const content = trickle(10);
      await expect(storage.save(name, content)).rejects.toThrow(UnsafePath);
      expect(content.destroyed).toBe(true);
      await expect(stored()).resolves.toEqual([]);
    });

    it('stops at the size limit and leaves nothing', async () => {
      await expect(storage.save('big.bin', trickle(100_001))).rejects.toThrow(
        'upload: expected at most 97.7 KB, the file is larger.',
      );
      await expect(storage.save('big.bin', trickle(100_001))).rejects.toThrow(UploadTooLarge);
      await expect(stored()).resolves.toEqual([]);
      await expect(storage.save('fits.bin', trickle(100_000))).resolves.toMatchObject({ sizeBytes: 100_000 });
    });

    it('leaves nothing of an upload whose sender goes away', async () => {
      const content = new Readable({ read: () => undefined });
      content.push(Buffer.alloc(5000));
      setTimeout(() => content.destroy(new Error('socket hang up')), 20);
      await expect(storage.save('half.bin', content)).rejects.toThrow(UploadAborted);
      await expect(stored()).resolves.toEqual([]);
    });

    it('does not take a sender that ends without an error for a whole upload', async () => {
      const content = new Readable({ read: () => undefined });
      content.push(Buffer.alloc(5000));
      setTimeout(() => content.destroy(), 20);
      await expect(storage.save('half.bin', content)).rejects.toThrow(UploadAborted);
      await expect(stored()).resolves.toEqual([]);
    });

    it('survives a stream that failed before it was read', async () => {
      const content = new Readable({ read: () => undefined });
      content.destroy(new Error('gone'));
      await expect(storage.save('half.bin', content)).rejects.toThrow(UploadAborted);
    });

    it('refuses to write through a link that stands for the public folder', async () => {
      await rm(path.join(root, 'public'), { recursive: true });
      await mkdir(path.join(folder, 'elsewhere'));
      await symlink(path.join(folder, 'elsewhere'), path.join(root, 'public'));
      await expect(storage.save('a.txt', trickle(10))).rejects.toThrow(UnsafePath);
      await expect(storage.write('public/a.txt', png)).rejects.toThrow(UnsafePath);
      await expect(readdir(path.join(folder, 'elsewhere'))).resolves.toEqual([]);
    });
  });

  describe('the quota', () => {
    it('holds when uploads run at the same time', async () => {
      const small = storageOf({ quotaBytes: 100_000 });
      const results = await Promise.allSettled(
        Array.from({ length: 10 }, () => small.save('part.bin', trickle(30_000))),
      );
      const saved = results.filter(({ status }) => status === 'fulfilled').length;
      const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      expect(saved).toBeLessThanOrEqual(3);
      expect(errors.every((error) => error instanceof QuotaExceeded)).toBe(true);
      await expect(small.usage()).resolves.toEqual({ usedBytes: saved * 30_000, quotaBytes: 100_000 });
      expect((await stored()).filter((name) => name.startsWith('.incoming'))).toEqual([]);
    });

    it('lets uploads at the same time fill it to the last byte', async () => {
      const small = storageOf({ quotaBytes: 90_000 });
      await Promise.all([1, 2, 3].map(() => small.save('part.bin', trickle(30_000))));
      await expect(small.save('one-more.bin', trickle(1))).rejects.toThrow(
        'media: the quota of 87.9 KB has no room for this file (87.9 KB are stored).',
      );
    });

    it('gives back what failed and what was removed', async () => {
      const small = storageOf({ quotaBytes: 50_000, uploadLimitBytes: 40_000 });
      await expect(small.save('big.bin', trickle(45_000))).rejects.toThrow(UploadTooLarge);
      const file = await small.save('fits.bin', trickle(40_000));
      await expect(small.save('again.bin', trickle(40_000))).rejects.toThrow(QuotaExceeded);
      await small.remove(file.path);
      await expect(small.save('again.bin', trickle(40_000))).resolves.toMatchObject({ sizeBytes: 40_000 });
    });

    it('counts files that came by other hands', async () => {
      const small = storageOf({ quotaBytes: 50_000 });
      await writeFile(path.join(root, 'public', 'copied.bin'), Buffer.alloc(45_000));
      await expect(small.save('more.bin', trickle(10_000))).rejects.toThrow(QuotaExceeded);
    });
  });

  describe('reading', () => {
    beforeEach(() => storage.write('public/a/digits.txt', Buffer.from('0123456789')));

    it('reads the whole file and a part of it', async () => {
      const whole = await storage.open('public/a/digits.txt');
      expect(whole.file).toMatchObject({
        sizeBytes: 10,
        contentType: 'text/plain; charset=utf-8',
        name: 'digits.txt',
      });
      await expect(buffer(whole.read())).resolves.toEqual(Buffer.from('0123456789'));
      const part = await storage.open('public/a/digits.txt');
      await expect(buffer(part.read({ start: 2, end: 4 }))).resolves.toEqual(Buffer.from('234'));
    });

    it('finds no file that is not there, and no folder', async () => {
      await expect(storage.open('public/none.txt')).rejects.toThrow(MediaNotFound);
      await expect(storage.open('public/a')).rejects.toThrow(MediaNotFound);
      await expect(storage.open('public/a/digits.txt/more')).rejects.toThrow(MediaNotFound);
      await expect(storage.remove('public/a')).rejects.toThrow(MediaNotFound);
    });

    it('follows no link, of a file or of a folder, and does not list or remove behind it', async () => {
      const outside = path.join(folder, 'outside');
      await mkdir(outside);
      await writeFile(path.join(outside, 'secret.txt'), 'secret');
      await symlink(path.join(outside, 'secret.txt'), path.join(root, 'public', 'file.txt'));
      await symlink(outside, path.join(root, 'public', 'folder'));
      for (const name of ['public/file.txt', 'public/folder/secret.txt']) {
        await expect(storage.open(name)).rejects.toThrow(UnsafePath);
        await expect(storage.remove(name)).rejects.toThrow();
      }
      await expect(storage.write('public/folder/new.txt', png)).rejects.toThrow(UnsafePath);
      await expect(storage.list()).resolves.toHaveLength(1);
      await expect(readdir(outside)).resolves.toEqual(['secret.txt']);
      await expect(readFile(path.join(outside, 'secret.txt'), 'utf8')).resolves.toBe('secret');
    });

    it('works where the media root itself is reached by a link', async () => {
      await symlink(root, path.join(folder, 'link'));
      const linked = new MediaStorage({
        root: path.join(folder, 'link'),
        quotaBytes: 1e6,
        uploadLimitBytes: 1e5,
      });
      const opened = await linked.open('public/a/digits.txt');
      await opened.close();
      await expect(linked.save('new.txt', trickle(3))).resolves.toMatchObject({ path: 'public/new.txt' });
    });

    it('does not wait for a pipe that somebody put there', async () => {
      execFileSync('mkfifo', [path.join(root, 'public', 'pipe.txt')]);
      await expect(storage.open('public/pipe.txt')).rejects.toThrow(MediaNotFound);
    });

    it('gives a file that was replaced another ETag', async () => {
      const before = await storage.open('public/a/digits.txt');
      await storage.write('public/a/digits.txt', Buffer.from('01234'));
      const after = await storage.open('public/a/digits.txt');
      expect(after.file.etag).not.toBe(before.file.etag);
      await Promise.all([before.close(), after.close()]);
    });
  });

  describe('files that were being received', () => {
    const incoming = () => path.join(root, '.incoming');
    const old = new Date(Date.now() - 2 * abandonedAfterMs);

    async function receiving(name: string, changed: Date): Promise<string> {
      await writeFile(path.join(incoming(), name), 'x');
      await utimes(path.join(incoming(), name), changed, changed);
      return name;
    }

    it('stay as long as their process lives, however long nothing came', async () => {
      const own = await receiving(newUploadName(), old);
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      await once(child, 'spawn');
      const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8');
      const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
      const [place = ''] = own.split('-', 1);
      const others = await receiving(`${place}-${child.pid}-${start}-b.part`, old);
      await expect(storage.removeStaleUploads(new Date())).resolves.toBe(0);
      expect((await readdir(incoming())).toSorted()).toEqual([own, others].toSorted());

      child.kill('SIGKILL');
      await once(child, 'exit');
      await expect(storage.removeStaleUploads(new Date())).resolves.toBe(1);
      await expect(readdir(incoming())).resolves.toEqual([own]);
    });

    it('go with their process, even when another has its id now', async () => {
      const [place = ''] = newUploadName().split('-', 1);
      await receiving(`${place}-${process.ppid}-12-b.part`, new Date());
      // pid_max is at most 2^22 on Linux, so no process has this id.
      await receiving(`${place}-4194399-12-a.part`, new Date());
      await expect(storage.removeStaleUploads(new Date())).resolves.toBe(2);
      await expect(readdir(incoming())).resolves.toEqual([]);
    });

    it('of another host or container stay until nothing has come for an hour', async () => {
      const names = ['0123456789ab-1-12-a.part', 'rubbish'];
      for (const name of names) await receiving(name, new Date());
      await expect(storage.removeStaleUploads(new Date())).resolves.toBe(0);
      for (const name of names) await receiving(name, old);
      await expect(storage.removeStaleUploads(new Date())).resolves.toBe(2);
    });
  });
});
