import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, Not, Repository, type FindOptionsWhere } from 'typeorm';
import { Page } from './page.entity.js';
import type { PageKind } from './page-kinds.js';

const listedColumns = {
  ...{ id: true, kind: true, slug: true, title: true, summary: true },
  ...{ heroPath: true, heroAlt: true, publishedAt: true },
} as const;

/** What visitors of one site see: its own pages, and those of every site. */
@Injectable()
export class PublishedPages {
  constructor(@InjectRepository(Page) private readonly pages: Repository<Page>) {}

  /** Posts, newest first, without their bodies. */
  latestNews(site: string, { limit, offset = 0 }: { limit: number; offset?: number }): Promise<Page[]> {
    return this.pages.find({
      select: listedColumns,
      where: shownAt(site, { kind: 'post' }),
      order: { publishedAt: 'DESC', id: 'ASC' },
      skip: offset,
      take: limit,
    });
  }

  countNews(site: string): Promise<number> {
    return this.pages.countBy(shownAt(site, { kind: 'post' }));
  }

  hasNews(site: string): Promise<boolean> {
    return this.pages.existsBy(shownAt(site, { kind: 'post' }));
  }

  async menu(site: string): Promise<Pick<Page, 'kind' | 'slug' | 'title'>[]> {
    const pages = await this.pages.find({
      select: { kind: true, slug: true, title: true, site: true },
      where: shownAt(site, { menuPosition: Not(IsNull()) }),
      order: { menuPosition: 'ASC', title: 'ASC' },
      take: 24,
    });
    return withoutReplaced(pages).slice(0, 12);
  }

  /** Addresses of all that is public, for the sitemap. */
  async all(site: string): Promise<Pick<Page, 'kind' | 'slug' | 'updatedAt'>[]> {
    const pages = await this.pages.find({
      select: { kind: true, slug: true, updatedAt: true, site: true },
      where: shownAt(site, {}),
      order: { kind: 'ASC', slug: 'ASC' },
      take: 10_000,
    });
    return withoutReplaced(pages);
  }

  /** The site's own before the one of every site. */
  async find(site: string, kind: PageKind, slug: string): Promise<Page | null> {
    const found = await this.pages.find({
      where: shownAt(site, { kind, slug }),
      order: { site: { direction: 'ASC', nulls: 'LAST' } },
      take: 1,
    });
    return found[0] ?? null;
  }
}

function shownAt(site: string, where: FindOptionsWhere<Page>): FindOptionsWhere<Page>[] {
  const published = { ...where, status: 'published' } as const;
  return [
    { ...published, site },
    { ...published, site: IsNull() },
  ];
}

/** Where the site has a page of its own at an address, that of every site is not to be reached. */
function withoutReplaced<T extends Pick<Page, 'slug' | 'site'>>(pages: readonly T[]): T[] {
  const own = new Set(pages.filter(({ site }) => site !== null).map(({ slug }) => slug));
  return pages.filter(({ slug, site }) => site !== null || !own.has(slug));
}
