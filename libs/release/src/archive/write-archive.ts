import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, readlink, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';

import { runtimesFolder } from '../build/shared-runtime.js';
import { diskFullAt } from '../build/staging.js';
import { hashFile, hashFiles } from '../directory/file-list.js';
import type { ReleaseManifest } from '../manifest.js';
import { blockBytes, padding, tarHeader } from './tar.js';

export interface Archive {
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Packs a release, with the runtimes that it shares, into one file, which appears complete or not at all. The manifest
 * comes first: who unpacks it knows what to expect.
 * @throws DiskFull (1).
 */
export async function writeArchive(dir: string, manifest: ReleaseManifest, file: string): Promise<Archive> {
  const aside = join(dirname(file), `.${basename(file)}.${process.pid}`);
  const params = { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 };
  try {
    const written = createWriteStream(aside, { flush: true });
    await pipeline(
      Readable.from(blocks(dir, manifest)),
      createZstdCompress({ params, chunkSize: 1 << 20 }),
      written,
    );
    const { size } = await lstat(aside);
    const sha256 = await hashFile(aside);
    await rename(aside, file);
    return { file, sha256, bytes: size };
  } catch (error) {
    throw diskFullAt(dirname(file), error);
  } finally {
    await rm(aside, { force: true });
  }
}

async function* blocks(dir: string, manifest: ReleaseManifest): AsyncGenerator<Buffer> {
  const mtime = Math.floor(Date.parse(manifest.committedAt ?? '1980-01-01') / 1000);
  for (const { path, from } of await contents(dir, manifest)) {
    const { size, mode, isLink } = await about(from);
    const link = isLink ? await readlink(from) : undefined;
    yield tarHeader({ path, mode, link, mtime, size: isLink ? 0 : size });
    if (isLink) continue;
    yield* createReadStream(from, {
      highWaterMark: 1 << 18,
      end: Math.max(size - 1, 0),
    }) as AsyncIterable<Buffer>;
    yield padding(size);
  }
  yield Buffer.alloc(2 * blockBytes);
}

async function about(from: string): Promise<{ size: number; mode: number; isLink: boolean }> {
  const stat = await lstat(from);
  return { size: stat.size, mode: stat.mode & 0o777, isLink: stat.isSymbolicLink() };
}

interface Content {
  readonly path: string;
  readonly from: string;
}

async function contents(dir: string, manifest: ReleaseManifest): Promise<Content[]> {
  const { files, caches, runtime, postgres } = manifest;
  const own = ['release.json', ...[...files, ...caches].map(({ path }) => path)];
  const shared = [runtime, ...(postgres ? [postgres] : [])].map(({ name }) => `${runtimesFolder}/${name}`);
  const below = await Promise.all(
    shared.map(async (folder) => {
      // What links it has are made by whoever starts Postgres.
      const found = (await hashFiles(join(dir, '..', folder))).filter(({ isLink }) => !isLink);
      return found.map(({ path }) => `${folder}/${path}`);
    }),
  );
  return [
    ...own.map((path) => ({ path, from: join(dir, path) })),
    ...below.flat().map((path) => ({ path, from: join(dir, '..', path) })),
  ];
}
