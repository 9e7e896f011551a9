import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { ILike, IsNull, Like, Not, QueryFailedError, Repository, type FindOptionsWhere } from 'typeorm';
import type { NewPage, PageChanges, PageQuery } from './page-input.js';
import { PageNotFound, SlugTaken } from './page-errors.js';
import { Page, type PageKind } from './page.entity.js';
import { slugFrom } from './slug.js';

const uniqueViolation = '23505';

const publishedPosts = { kind: 'post', status: 'published' } as const;
const listedColumns = {
  ...{ id: true, kind: true, slug: true, title: true, summary: true },
  ...{ heroPath: true, heroAlt: true, publishedAt: true },
} as const;

export interface PageList {
  readonly pages: readonly Page[];
  readonly total: number;
}

/** The site's pages and posts. */
@Injectable()
export class PagesService {
  #changeCount = 0;

  constructor(@InjectRepository(Page) private readonly pages: Repository<Page>) {}

  /** Grows with each change that this process makes: what was derived from pages before is old. */
  get changeCount(): number {
    return this.#changeCount;
  }

  async list(query: PageQuery): Promise<PageList> {
    const [pages, total] = await this.pages.findAndCount({
      where: whereOf(query),
      order: { publishedAt: { direction: 'DESC', nulls: 'FIRST' }, createdAt: 'DESC', id: 'ASC' },
      skip: (query.page - 1) * query.perPage,
      take: query.perPage,
    });
    return { pages, total };
  }

  /** Published posts, newest first, without their bodies. */
  latestNews(limit: number, offset = 0): Promise<Page[]> {
    return this.pages.find({
      select: listedColumns,
      where: publishedPosts,
      order: { publishedAt: 'DESC', id: 'ASC' },
      skip: offset,
      take: limit,
    });
  }

  countNews(): Promise<number> {
    return this.pages.countBy(publishedPosts);
  }

  hasNews(): Promise<boolean> {
    return this.pages.existsBy(publishedPosts);
  }

  menu(): Promise<Pick<Page, 'kind' | 'slug' | 'title'>[]> {
    return this.pages.find({
      select: { kind: true, slug: true, title: true },
      where: { status: 'published', menuPosition: Not(IsNull()) },
      order: { menuPosition: 'ASC', title: 'ASC' },
      take: 12,
    });
  }

  /** Addresses of all that is public, for the sitemap. */
  published(): Promise<Pick<Page, 'kind' | 'slug' | 'updatedAt'>[]> {
    return this.pages.find({
      select: { kind: true, slug: true, updatedAt: true },
      where: { status: 'published' },
      order: { kind: 'ASC', slug: 'ASC' },
      take: 10_000,
    });
  }

  async findPublished(kind: PageKind, slug: string): Promise<Page | null> {
    return this.pages.findOneBy({ kind, slug, status: 'published' });
  }

  async get(id: string): Promise<Page> {
    const page = await this.pages.findOneBy({ id });
    if (page === null) throw new PageNotFound();
    return page;
  }

  async create(input: NewPage): Promise<Page> {
    const slug = input.slug ?? (await this.#freeSlug(slugFrom(input.title)));
    return this.#save(this.pages.create({ ...input, slug, status: 'draft', publishedAt: null }));
  }

  async update(id: string, changes: PageChanges): Promise<Page> {
    const page = await this.get(id);
    return this.#save(Object.assign(page, changes));
  }

  /** A page that was public before keeps its first date. */
  async publish(id: string, now: Date): Promise<Page> {
    const page = await this.get(id);
    return this.#save(Object.assign(page, { status: 'published', publishedAt: page.publishedAt ?? now }));
  }

  async unpublish(id: string): Promise<Page> {
    const page = await this.get(id);
    return this.#save(Object.assign(page, { status: 'draft' }));
  }

  async remove(id: string): Promise<void> {
    const { affected } = await this.pages.delete({ id });
    this.#changeCount += 1;
    if (affected === 0) throw new PageNotFound();
  }

  changedLast(limit: number): Promise<Page[]> {
    return this.pages.find({ order: { updatedAt: 'DESC', id: 'ASC' }, take: limit });
  }

  async counts(): Promise<{ pages: number; posts: number; drafts: number }> {
    const [pages, posts, drafts] = await Promise.all([
      this.pages.countBy({ kind: 'page', status: 'published' }),
      this.pages.countBy({ kind: 'post', status: 'published' }),
      this.pages.countBy({ status: 'draft' }),
    ]);
    return { pages, posts, drafts };
  }

  async #freeSlug(wanted: string): Promise<string> {
    const taken = await this.pages.find({ select: { slug: true }, where: { slug: Like(`${wanted}%`) } });
    const slugs = new Set(taken.map((page) => page.slug));
    let slug = wanted;
    for (let number = 2; slugs.has(slug); number += 1) slug = `${wanted}-${number}`;
    return slug;
  }

  async #save(page: Page): Promise<Page> {
    try {
      const saved = await this.pages.save(page);
      this.#changeCount += 1;
      return saved;
    } catch (error) {
      if (isUniqueViolation(error)) throw new SlugTaken(page.slug);
      throw error;
    }
  }
}

function whereOf({ kind, status, search }: PageQuery): FindOptionsWhere<Page> {
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(status === undefined ? {} : { status }),
    ...(search === undefined || search === ''
      ? {}
      : { title: ILike(`%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`) }),
  };
}

function isUniqueViolation(error: unknown): boolean {
  return (
    error instanceof QueryFailedError &&
    'code' in error.driverError &&
    error.driverError.code === uniqueViolation
  );
}
