import { lstat, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { TenantryError, type MediaWriter } from '#libs/settings';
import { formatBytes } from './byte-text.js';
import { containedFolder, makeContainedFolder, notFound, openContained } from './containment.js';
import { UploadAborted, UploadTooLarge, writing } from './errors.js';
import { numberedName, sanitizeFileName, type FileName } from './file-name.js';
import { IncomingFile, syncFolder } from './incoming-file.js';
import { nameByContent } from './magic-bytes.js';
import { parseMediaPath, type Visibility } from './media-path.js';
import { incomingFolder, listTree, measureTree, removeStaleFiles } from './media-tree.js';
import { OpenedFile } from './opened-file.js';
import { QuotaAccount, type Reservation } from './quota-account.js';
import { describeFile, type StoredFile } from './stored-file.js';

export interface MediaStorageOptions {
  /** A claimed media root; absolute. */
  readonly root: string;
  readonly quotaBytes: number;
  /** The most that one uploaded file may have. */
  readonly uploadLimitBytes: number;
}

export interface SaveOptions {
  /** `public` unless said otherwise. */
  readonly visibility?: Visibility | undefined;
}

export interface MediaFilter {
  readonly visibility?: Visibility | undefined;
}

export interface MediaUsage {
  readonly usedBytes: number;
  readonly quotaBytes: number;
}

/** What `save` returns: the file, and the SHA-256 of its content in hex. */
export interface SavedFile extends StoredFile {
  readonly sha256: string;
}

/**
 * One media root: streamed uploads that are there whole or not at all, within size limit and quota, and reading that no
 * path and no link leads out of. Paths are relative to the root and begin with `public/` or `private/`.
 */
export class MediaStorage implements MediaWriter {
  readonly root: string;
  readonly quotaBytes: number;
  readonly uploadLimitBytes: number;
  readonly #account: QuotaAccount;
  /** Names of the files that are being received; their bytes are reserved instead of measured. */
  readonly #receiving = new Set<string>();

  constructor(options: MediaStorageOptions) {
    this.root = options.root;
    this.quotaBytes = options.quotaBytes;
    this.uploadLimitBytes = options.uploadLimitBytes;
    this.#account = new QuotaAccount(options.quotaBytes, () => measureTree(options.root, this.#receiving));
  }

  /**
   * Keeps an upload under a clean name that is not taken yet, with the ending that its content has.
   * On any failure nothing of it stays and the stream is destroyed.
   * @throws UnsafePath, UploadTooLarge, QuotaExceeded, DiskFull, UploadAborted, MediaWriteFailed
   */
  async save(name: string, content: Readable, options: SaveOptions = {}): Promise<SavedFile> {
    // A stream that fails before the loop below listens would end the process as an unhandled 'error' event.
    content.on('error', () => undefined);
    try {
      const wanted = sanitizeFileName(name);
      return await this.#receive(async (incoming, reservation) => {
        await this.#copy(content, incoming, reservation);
        const sha256 = await incoming.finish();
        const named = nameByContent(wanted, incoming.head);
        const file = await this.#account.settle(reservation, () =>
          this.#publish(incoming, options.visibility ?? 'public', named),
        );
        return { ...file, sha256 };
      });
    } finally {
      content.destroy();
    }
  }

  /** Writes a file of the owner's own, such as sample content, under exactly this path; replaces what has it. */
  async write(relative: string, content: Buffer): Promise<void> {
    const target = parseMediaPath(relative);
    await this.#receive(async (incoming, reservation) => {
      reservation.add(content.length);
      await incoming.append(content);
      await incoming.finish();
      const folder = await makeContainedFolder(this.root, path.posix.dirname(target.relative));
      await this.#account.settle(reservation, () => incoming.replace(path.join(folder, target.name)));
    });
  }

  /** Opens a file; the caller reads it or closes it. @throws UnsafePath, MediaNotFound */
  async open(relative: string): Promise<OpenedFile> {
    const file = parseMediaPath(relative);
    const { handle, stats } = await openContained(this.root, file);
    return new OpenedFile(handle, describeFile(file, stats));
  }

  /** Removes a file for good. @throws UnsafePath, MediaNotFound */
  async remove(relative: string): Promise<void> {
    const file = parseMediaPath(relative);
    const folder = await containedFolder(this.root, path.posix.dirname(file.relative));
    const target = path.join(folder, file.name);
    await this.#account.inTurn(async () => {
      const stats = await lstat(target).catch(() => undefined);
      if (!stats?.isFile()) throw notFound(file.relative);
      await writing(() => unlink(target));
      await syncFolder(folder);
    });
  }

  /** All files, by path. */
  async list(filter: MediaFilter = {}): Promise<StoredFile[]> {
    const halves: Visibility[] = filter.visibility ? [filter.visibility] : ['private', 'public'];
    return (await Promise.all(halves.map((half) => listTree(this.root, half)))).flat();
  }

  /** What is stored now, measured on the disk. */
  async usage(): Promise<MediaUsage> {
    return { usedBytes: await measureTree(this.root, this.#receiving), quotaBytes: this.quotaBytes };
  }

  /** Removes what processes that died had begun to receive; what living ones receive stays. Returns how many files. */
  async removeStaleUploads(now: Date): Promise<number> {
    return removeStaleFiles(this.root, now);
  }

  async #receive<Result>(
    work: (incoming: IncomingFile, reservation: Reservation) => Promise<Result>,
  ): Promise<Result> {
    const folder = await makeContainedFolder(this.root, incomingFolder);
    const reservation = await this.#account.open();
    const incoming = await IncomingFile.create(folder);
    this.#receiving.add(incoming.name);
    try {
      return await work(incoming, reservation);
    } finally {
      await incoming.discard();
      this.#receiving.delete(incoming.name);
      reservation.release();
    }
  }

  async #copy(content: Readable, incoming: IncomingFile, reservation: Reservation): Promise<void> {
    try {
      for await (const chunk of content as AsyncIterable<Buffer>) {
        if (incoming.sizeBytes + chunk.length > this.uploadLimitBytes) throw tooLarge(this.uploadLimitBytes);
        reservation.add(chunk.length);
        await incoming.append(chunk);
      }
    } catch (error) {
      if (error instanceof TenantryError) throw error;
      throw new UploadAborted('upload: it ended before the last byte; nothing of it was kept.', {
        cause: error,
        hint: 'Send the file again.',
      });
    }
  }

  async #publish(incoming: IncomingFile, visibility: Visibility, name: FileName): Promise<StoredFile> {
    const folder = await makeContainedFolder(this.root, visibility);
    for (let attempt = 1; ; attempt += 1) {
      const file = parseMediaPath(`${visibility}/${numberedName(name, attempt)}`);
      const target = path.join(folder, file.name);
      if (await incoming.publish(target)) return describeFile(file, await lstat(target));
    }
  }
}

function tooLarge(limitBytes: number): UploadTooLarge {
  return new UploadTooLarge(`upload: expected at most ${formatBytes(limitBytes)}, the file is larger.`, {
    hint: 'Send a smaller file; the limit is upload.limit in the settings.',
  });
}
