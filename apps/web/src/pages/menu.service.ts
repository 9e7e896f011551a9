import { Injectable } from '@nestjs/common';
import { InjectSettings } from '#libs/runtime';
import { pageUrl } from './page-view.js';
import { PagesService } from './pages.service.js';
import { pagesSection, type PagesSettings } from './pages.settings.js';

export interface MenuItem {
  readonly title: string;
  readonly url: string;
}

/** How long a menu may be older than the database, where another process of the site has changed it. */
const maxAgeMs = 5_000;

/** The site's menu. Every page shows it, so it is kept for a moment rather than queried each time. */
@Injectable()
export class Menu {
  #kept: { readonly items: Promise<MenuItem[]>; readonly change: number; readonly until: number } | undefined;

  constructor(
    private readonly pages: PagesService,
    @InjectSettings('site') private readonly site: { readonly rootRoute: string },
    @InjectSettings(pagesSection) private readonly settings: PagesSettings,
  ) {}

  items(): Promise<MenuItem[]> {
    const { changeCount } = this.pages;
    const now = performance.now();
    if (this.#kept?.change === changeCount && now < this.#kept.until) return this.#kept.items;
    const items = this.#load();
    const kept = { items, change: changeCount, until: now + maxAgeMs };
    this.#kept = kept;
    items.catch(() => {
      if (this.#kept === kept) this.#kept = undefined;
    });
    return items;
  }

  async #load(): Promise<MenuItem[]> {
    const [pages, hasNews] = await Promise.all([this.pages.menu(), this.pages.hasNews()]);
    const items = pages.map((page) => ({ title: page.title, url: pageUrl(page) }));
    const news = { title: this.settings.newsTitle, url: '/news' };
    return [...items, ...(hasNews ? [news] : [])].filter((item) => item.url !== this.site.rootRoute);
  }
}
