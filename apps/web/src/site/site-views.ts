import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { InjectSettings } from '#libs/runtime';
import { pageUrl } from '../pages/page-view.js';
import { pagesSection, type PagesSettings } from '../pages/pages.settings.js';
import { PagesService } from '../pages/pages.service.js';
import { Views } from '../views/views.js';

export interface MenuItem {
  readonly title: string;
  readonly url: string;
}

/** Renders what visitors see: a template with the site's menu around it. */
@Injectable()
export class SiteViews {
  constructor(
    private readonly pages: PagesService,
    private readonly views: Views,
    @InjectSettings('site') private readonly site: { readonly rootRoute: string },
    @InjectSettings(pagesSection) private readonly settings: PagesSettings,
  ) {}

  async render(request: FastifyRequest, template: string, model: Record<string, unknown>): Promise<string> {
    const menu = await this.menu();
    return this.renderWith({ request, menu }, template, model);
  }

  /** For pages that must not need the database, such as the one that says that it is gone. */
  renderWith(
    { request, menu }: { request: FastifyRequest; menu: readonly MenuItem[] },
    template: string,
    model: Record<string, unknown>,
  ): Promise<string> {
    const newsTitle = this.settings.newsTitle;
    return this.views.render(request, template, {
      menu,
      newsTitle,
      year: new Date().getUTCFullYear(),
      ...model,
    });
  }

  async menu(): Promise<MenuItem[]> {
    const [pages, hasNews] = await Promise.all([this.pages.menu(), this.pages.hasNews()]);
    const items = pages.map((page) => ({ title: page.title, url: pageUrl(page) }));
    const news = { title: this.settings.newsTitle, url: '/news' };
    return [...items, ...(hasNews ? [news] : [])].filter((item) => item.url !== this.site.rootRoute);
  }
}
