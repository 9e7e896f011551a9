import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { StoredFile } from './stored-file.js';

/** Both ends inclusive, as in HTTP. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** An open file: its description and its bytes are of the same file, even if the name is given to another meanwhile. */
export class OpenedFile {
  readonly #handle: FileHandle;
  readonly file: StoredFile;

  constructor(handle: FileHandle, file: StoredFile) {
    this.#handle = handle;
    this.file = file;
  }

  /** Reads once, the whole file or a range of it; closes the file at the end, on an error, or when destroyed. */
  read(range?: ByteRange): Readable {
    const { start, end } = range ?? { start: 0, end: this.file.sizeBytes - 1 };
    // `end` fixed: a stream without it would send more than Content-Length says if the file grew.
    return this.#handle.createReadStream({ start, end: Math.max(end, start), autoClose: true });
  }

  /** For who does not read. */
  async close(): Promise<void> {
    await this.#handle.close();
  }
}
