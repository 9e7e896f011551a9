import { Controller, Get, Header, NotFoundException, Param, Query, Redirect, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { InjectSettings } from '#libs/runtime';
import { pageCard, pageView } from '../pages/page-view.js';
import { pagesSection, type PagesSettings } from '../pages/pages.settings.js';
import { PublishedPages } from '../pages/published-pages.service.js';
import { Sites } from '../views/sites.js';
import { parseRootRoute } from './root-route.js';
import { SiteViews } from './site-views.js';

const html = 'text/html; charset=utf-8';
const pageNumber = z.coerce.number().int().min(1).max(100_000).catch(1);

/** What visitors see. */
@Controller()
export class SiteController {
  constructor(
    private readonly pages: PublishedPages,
    private readonly views: SiteViews,
    private readonly sites: Sites,
    @InjectSettings(pagesSection) private readonly settings: PagesSettings,
  ) {}

  @Get()
  @Header('content-type', html)
  async home(@Req() request: FastifyRequest): Promise<string> {
    const { name, settings } = this.sites.of(request);
    const root = parseRootRoute(settings.rootRoute);
    if (root.kind === 'news') return this.#renderNews(request, 1);
    const [page, posts] = await Promise.all([
      this.pages.find(name, 'page', root.slug),
      this.pages.latestNews(name, { limit: this.settings.newsOnHome }),
    ]);
    const model = { page: page === null ? null : pageView(page), news: posts.map(pageCard) };
    return this.views.render(request, 'home', model);
  }

  @Get('news')
  @Header('content-type', html)
  async news(
    @Req() request: FastifyRequest,
    @Query('page', { schema: pageNumber }) page: number,
  ): Promise<string> {
    return this.#renderNews(request, page);
  }

  @Get('news/:slug')
  @Header('content-type', html)
  async post(@Req() request: FastifyRequest, @Param('slug') slug: string): Promise<string> {
    const page = await this.pages.find(this.sites.of(request).name, 'post', slug);
    if (page === null) throw new NotFoundException();
    return this.views.render(request, 'post', { page: pageView(page) });
  }

  /** Browsers ask for it unasked; the link in each page names the icon. */
  @Get('favicon.ico')
  @Redirect('/favicon.svg', 302)
  favicon(): void {}

  @Get(':slug')
  @Header('content-type', html)
  async page(@Req() request: FastifyRequest, @Param('slug') slug: string): Promise<string> {
    const page = await this.pages.find(this.sites.of(request).name, 'page', slug);
    if (page === null) throw new NotFoundException();
    return this.views.render(request, 'page', { page: pageView(page) });
  }

  async #renderNews(request: FastifyRequest, page: number): Promise<string> {
    const perPage = this.settings.newsPerPage;
    const { name } = this.sites.of(request);
    const [posts, total] = await Promise.all([
      this.pages.latestNews(name, { limit: perPage, offset: (page - 1) * perPage }),
      this.pages.countNews(name),
    ]);
    if (posts.length === 0 && page > 1) throw new NotFoundException();
    const pageCount = Math.max(1, Math.ceil(total / perPage));
    return this.views.render(request, 'news', { news: posts.map(pageCard), pageNumber: page, pageCount });
  }
}
