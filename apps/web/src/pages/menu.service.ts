import { Injectable } from '@nestjs/common';
import { pageUrl } from './page-view.js';
import type { Site } from '../views/site.js';
import { PagesService } from './pages.service.js';
import { pagesSection } from './pages.settings.js';
import { PublishedPages } from './published-pages.service.js';

export interface MenuItem {
  readonly title: string;
  readonly url: string;
}

/** How long a menu may be older than the database, where another process of the site has changed it. */
const maxAgeMs = 5_000;

interface Kept {
  readonly items: Promise<MenuItem[]>;
  readonly change: number;
  readonly until: number;
}

/** The menu of each site. Every page shows it, so it is kept for a moment rather than queried each time. */
@Injectable()
export class Menu {
  readonly #kept = new WeakMap<Site, Kept>();

  constructor(
    private readonly pages: PagesService,
    private readonly published: PublishedPages,
  ) {}

  items(site: Site): Promise<MenuItem[]> {
    const { changeCount } = this.pages;
    const now = performance.now();
    const known = this.#kept.get(site);
    if (known?.change === changeCount && now < known.until) return known.items;
    const items = this.#load(site);
    const kept = { items, change: changeCount, until: now + maxAgeMs };
    this.#kept.set(site, kept);
    items.catch(() => {
      if (this.#kept.get(site) === kept) this.#kept.delete(site);
    });
    return items;
  }

  async #load({ name, settings, section }: Site): Promise<MenuItem[]> {
    const pages = await this.published.menu(name);
    const hasNews = await this.published.hasNews(name);
    const items = pages.map((page) => ({ title: page.title, url: pageUrl(page) }));
    const news = { title: section(pagesSection).newsTitle, url: '/news' };
    return [...items, ...(hasNews ? [news] : [])].filter((item) => item.url !== settings.rootRoute);
  }
}
