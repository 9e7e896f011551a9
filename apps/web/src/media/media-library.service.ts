import { Injectable, Logger, NotFoundException, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Readable } from 'node:stream';
import { In, Repository } from 'typeorm';
import { MediaNotFound, MediaStorage, type MediaUsage, type SavedFile, type StoredFile } from '#libs/media';
import { InvalidInput } from '../errors/input-pipe.js';
import { Sites } from '../views/sites.js';
import type { MediaChanges, MediaQuery, UploadFields } from './media-input.js';
import { MediaItem } from './media-item.entity.js';

export interface NewUpload extends UploadFields {
  /** As the uploader calls the file. */
  readonly name: string;
  readonly content: Readable;
}

/** The files of the site and what is known of them. The disk decides what there is; the table adds to it. */
@Injectable()
export class MediaLibrary implements OnApplicationBootstrap {
  private readonly logger = new Logger('Media');

  constructor(
    @InjectRepository(MediaItem) private readonly items: Repository<MediaItem>,
    private readonly storage: MediaStorage,
    private readonly sites: Sites,
  ) {}

  get uploadLimitBytes(): number {
    return this.storage.uploadLimitBytes;
  }

  onApplicationBootstrap(): void {
    // Nobody waits for it: a start must not take longer because an earlier process died.
    this.storage.removeStaleUploads(new Date()).catch((error: unknown) => {
      this.logger.warn(`Unfinished uploads could not be removed: ${String(error)}`);
    });
  }

  /** @throws UnsafePath, UploadTooLarge, QuotaExceeded, DiskFull, UploadAborted, MediaWriteFailed */
  async upload({ name, content, alt, visibility, site }: NewUpload): Promise<MediaItem> {
    this.#requireSite(site);
    const file = await this.storage.save(name, content, { visibility });
    try {
      return await this.#record(file, { originalName: name, alt, site });
    } catch (error) {
      await this.storage.remove(file.path);
      throw error;
    }
  }

  async list({ page, perPage }: MediaQuery): Promise<{ items: MediaItem[]; total: number }> {
    await this.#followDisk();
    const [items, total] = await this.items.findAndCount({
      order: { createdAt: 'DESC', id: 'ASC' },
      skip: (page - 1) * perPage,
      take: perPage,
    });
    return { items, total };
  }

  async get(id: string): Promise<MediaItem> {
    const item = await this.items.findOneBy({ id });
    if (item === null) throw missing();
    return item;
  }

  async update(id: string, changes: MediaChanges): Promise<MediaItem> {
    const item = await this.get(id);
    if (changes.site !== item.site) this.#requireSite(changes.site);
    return this.items.save(Object.assign(item, changes));
  }

  async remove(id: string): Promise<void> {
    const { path } = await this.get(id);
    // The file first: if this stops half-way, a row without a file goes away by itself, a file without a row comes back.
    await this.storage.remove(path).catch((error: unknown) => {
      if (!(error instanceof MediaNotFound)) throw error;
    });
    await this.items.delete({ id });
  }

  async usage(): Promise<MediaUsage> {
    return this.storage.usage();
  }

  /** A file that the library does not know belongs to every site. */
  async isServedAt(site: string, path: string): Promise<boolean> {
    const item = await this.items.findOne({ select: { site: true }, where: { path } });
    return item === null || item.site === null || item.site === site;
  }

  #requireSite(site: string | null | undefined): void {
    const { names } = this.sites;
    if (typeof site === 'string' && !names.includes(site)) {
      throw new InvalidInput({ site: `expected ${names.map((name) => `"${name}"`).join(', ')} or nothing` });
    }
  }

  async #record(
    file: SavedFile,
    known: { originalName: string; alt: string; site: string | null },
  ): Promise<MediaItem> {
    const { path, contentType, sizeBytes, sha256 } = file;
    const values = { path, contentType, sizeBytes, sha256, ...known };
    // Not a plain insert: who lists the library at this moment may have found the file and made its row.
    await this.items.upsert(values, ['path']);
    return this.items.findOneByOrFail({ path });
  }

  /** Files that came or went by other hands (sample content, a restored backup) come and go in the table too. */
  async #followDisk(): Promise<void> {
    // Rows before files: a file uploaded in between is then one without a row, which is harmless.
    const known = new Set((await this.items.find({ select: { path: true } })).map((item) => item.path));
    const files = await this.storage.list();
    const present = new Set(files.map((file) => file.path));
    const added = files.filter((file) => !known.has(file.path)).map(rowOf);
    const gone = [...known].filter((path) => !present.has(path));
    if (added.length > 0) {
      await this.items.createQueryBuilder().insert().values(added).orIgnore().execute();
    }
    if (gone.length > 0) await this.items.delete({ path: In(gone) });
  }
}

function rowOf(file: StoredFile): Partial<MediaItem> {
  const { path, contentType, sizeBytes } = file;
  return { path, contentType, sizeBytes, originalName: file.name, createdAt: file.modifiedAt };
}

function missing(): NotFoundException {
  return new NotFoundException({ code: 'NOT_FOUND', message: 'There is no such file in the library.' });
}
