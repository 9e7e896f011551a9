import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { ILike, IsNull, Like, QueryFailedError, Repository, type FindOptionsWhere } from 'typeorm';
import { Sites } from '../views/sites.js';
import type { NewPage, PageChanges, PageQuery } from './page-input.js';
import { PageNotFound, SlugTaken, UnknownSite } from './page-errors.js';
import { Page } from './page.entity.js';
import { slugFrom } from './slug.js';

const uniqueViolation = '23505';

export interface PageList {
  readonly pages: readonly Page[];
  readonly total: number;
}

/** The site's pages and posts. */
@Injectable()
export class PagesService {
  #changeCount = 0;

  constructor(
    @InjectRepository(Page) private readonly pages: Repository<Page>,
    private readonly sites: Sites,
  ) {}

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

  async get(id: string): Promise<Page> {
    const page = await this.pages.findOneBy({ id });
    if (page === null) throw new PageNotFound();
    return page;
  }

  async create(input: NewPage): Promise<Page> {
    this.#requireSite(input.site);
    const slug = input.slug ?? (await this.#freeSlug(slugFrom(input.title), input.site));
    return this.#save(this.pages.create({ ...input, slug, status: 'draft', publishedAt: null }));
  }

  async update(id: string, changes: PageChanges): Promise<Page> {
    const page = await this.get(id);
    // A site that is no longer in the settings: its pages can still be edited, and stay its own.
    if (changes.site !== page.site) this.#requireSite(changes.site);
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

  #requireSite(site: string | null | undefined): void {
    const { names } = this.sites;
    if (typeof site === 'string' && !names.includes(site)) throw new UnknownSite(names);
  }

  async #freeSlug(wanted: string, site: string | null): Promise<string> {
    const taken = await this.pages.find({
      select: { slug: true },
      where: { slug: Like(`${wanted}%`), site: site ?? IsNull() },
    });
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

function whereOf({ kind, status, search, site }: PageQuery): FindOptionsWhere<Page>[] {
  const where = {
    ...(kind === undefined ? {} : { kind }),
    ...(status === undefined ? {} : { status }),
    ...(search === undefined || search === ''
      ? {}
      : { title: ILike(`%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`) }),
  };
  return site === undefined
    ? [where]
    : [
        { ...where, site },
        { ...where, site: IsNull() },
      ];
}

function isUniqueViolation(error: unknown): boolean {
  return (
    error instanceof QueryFailedError &&
    'code' in error.driverError &&
    error.driverError.code === uniqueViolation
  );
}
