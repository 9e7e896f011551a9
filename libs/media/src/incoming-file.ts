import { createHash } from 'node:crypto';
import { link, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { MediaWriteFailed, systemCode, writing } from './errors.js';
import { headBytes } from './magic-bytes.js';
import { newUploadName } from './upload-owner.js';

/** A temporary file in the media root's own `.incoming/`: the same file system, so that it can be moved into place in one step. */
export class IncomingFile {
  readonly #handle: FileHandle;
  readonly #file: string;
  readonly #hash = createHash('sha256');
  #head: Buffer = Buffer.alloc(0);
  #sizeBytes = 0;
  #isOpen = true;

  private constructor(handle: FileHandle, file: string) {
    this.#handle = handle;
    this.#file = file;
  }

  static async create(folder: string): Promise<IncomingFile> {
    const file = path.join(folder, newUploadName());
    return new IncomingFile(await writing(() => open(file, 'wx', 0o640)), file);
  }

  /** Its name in `.incoming/`. */
  get name(): string {
    return path.basename(this.#file);
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The first bytes, by which the kind of a file is known. */
  get head(): Buffer {
    return this.#head;
  }

  async append(chunk: Buffer): Promise<void> {
    if (this.#head.length < headBytes) this.#head = Buffer.concat([this.#head, chunk]).subarray(0, headBytes);
    this.#hash.update(chunk);
    await writing(() => writeAll(this.#handle, chunk));
    this.#sizeBytes += chunk.length;
  }

  /** Ends the file: on disk, not only in the operating system's memory. Returns its SHA-256 in hex. */
  async finish(): Promise<string> {
    await writing(() => this.#handle.sync());
    await this.#close();
    return this.#hash.digest('hex');
  }

  /** Gives the file its name, unless that is taken: then `false`. */
  async publish(target: string): Promise<boolean> {
    try {
      // link(2) never replaces; rename(2) would, and a check before it leaves a moment for another upload of the same name.
      await writing(() => link(this.#file, target));
    } catch (error) {
      if (error instanceof MediaWriteFailed && systemCode(error.cause) === 'EEXIST') return false;
      throw error;
    }
    await unlink(this.#file);
    await syncFolder(path.dirname(target));
    return true;
  }

  /** Gives the file its name, in place of the one that has it. */
  async replace(target: string): Promise<void> {
    await writing(() => rename(this.#file, target));
    await syncFolder(path.dirname(target));
  }

  /** Closes and removes what was not published. Never throws: it runs where another error is on its way. */
  async discard(): Promise<void> {
    await this.#close().catch(() => undefined);
    await unlink(this.#file).catch(() => undefined);
  }

  async #close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#handle.close();
  }
}

/** Makes names that were added or removed last through a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** write(2) may take less than it is given, above all on a disk that is nearly full. */
async function writeAll(handle: FileHandle, chunk: Buffer): Promise<void> {
  let offset = 0;
  while (offset < chunk.length) {
    const { bytesWritten } = await handle.write(chunk, offset, chunk.length - offset);
    offset += bytesWritten;
  }
}
