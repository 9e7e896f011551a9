import { createReadStream } from 'node:fs';
import { createZstdDecompress } from 'node:zlib';

import { damaged, NoArchive } from './errors.js';
import { blockBytes, isEmptyBlock, padding, parseTarHeader, type TarEntry } from './tar.js';

/** An entry and its bytes, which have to be read before the next entry is asked for. */
export interface ReadEntry extends TarEntry {
  content(): AsyncGenerator<Buffer>;
}

/** The entries of an archive in their order. Throws NoArchive (2), DamagedArchive (1). */
export async function* readArchive(file: string): AsyncGenerator<ReadEntry> {
  const source = createReadStream(file, { highWaterMark: 1 << 18 });
  const plain = source.pipe(createZstdDecompress({ chunkSize: 1 << 20 }));
  source.on('error', (error) => plain.destroy(error));
  const bytes = new Bytes(plain);
  try {
    for (;;) {
      const block = await bytes.take(blockBytes);
      if (isEmptyBlock(block)) return await bytes.skipRest();
      const entry = parseTarHeader(block);
      if (entry === undefined) throw damaged(file, 'it holds something else than files and links');
      yield { ...entry, content: () => bytes.stream(entry.size) };
      await bytes.take(padding(entry.size).length);
    }
  } catch (error) {
    throw explained(file, error);
  } finally {
    source.destroy();
    plain.destroy();
  }
}

class EndedEarly extends Error {}

/** Takes a stream apart by lengths, whatever its chunks are. */
class Bytes {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** To the end, where the checksum of the compressed data is. */
  async skipRest(): Promise<void> {
    while ((await this.#chunks.next()).done !== true);
  }

  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.stream(length)) parts.push(part);
    return Buffer.concat(parts);
  }

  async *stream(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0;) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next();
        if (next.done === true) throw new EndedEarly('it ends early');
        this.#rest = next.value;
      }
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }
}

function explained(file: string, error: unknown): unknown {
  if (error instanceof EndedEarly) return damaged(file, error.message, error);
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (/^(ZSTD_|Z_)/.test(code)) return damaged(file, message.toLowerCase(), error);
  if (['ENOENT', 'EISDIR', 'EACCES'].includes(code)) {
    return new NoArchive(`${file}: cannot be read (${code}).`, {
      hint: 'Name a file that `tenantry release build --archive` made.',
      cause: error,
    });
  }
  return error;
}
