import { Controller, Get, Header, NotFoundException, Param, Query, Redirect, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { pageCard, pageView } from '../pages/page-view.js';
import { pagesSection } from '../pages/pages.settings.js';
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
  ) {}

  @Get()
  @Header('content-type', html)
  async home(@Req() request: FastifyRequest): Promise<string> {
    const site = this.sites.of(request);
    const { name, settings } = site;
    const root = parseRootRoute(settings.rootRoute);
    if (root.kind === 'news') return this.#renderNews(request, 1);
    // One after the other, here and below: a site with few visitors then gets by with one connection.
    const page = await this.pages.find(name, 'page', root.slug);
    const posts = await this.pages.latestNews(name, { limit: site.section(pagesSection).newsOnHome });
    const news = posts.map((post) => pageCard(post, site));
    const model = { page: page === null ? null : pageView(page, site), news };
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
    const site = this.sites.of(request);
    const page = await this.pages.find(site.name, 'post', slug);
    if (page === null) throw new NotFoundException();
    return this.views.render(request, 'post', { page: pageView(page, site) });
  }

  /** Browsers ask for it unasked; the link in each page names the icon. */
  @Get('favicon.ico')
  @Redirect('/favicon.svg', 302)
  favicon(): void {}

  @Get(':slug')
  @Header('content-type', html)
  async page(@Req() request: FastifyRequest, @Param('slug') slug: string): Promise<string> {
    const site = this.sites.of(request);
    const page = await this.pages.find(site.name, 'page', slug);
    if (page === null) throw new NotFoundException();
    return this.views.render(request, 'page', { page: pageView(page, site) });
  }

  async #renderNews(request: FastifyRequest, page: number): Promise<string> {
    const site = this.sites.of(request);
    const { name } = site;
    const perPage = site.section(pagesSection).newsPerPage;
    const posts = await this.pages.latestNews(name, { limit: perPage, offset: (page - 1) * perPage });
    const total = await this.pages.countNews(name);
    if (posts.length === 0 && page > 1) throw new NotFoundException();
    const pageCount = Math.max(1, Math.ceil(total / perPage));
    const news = posts.map((post) => pageCard(post, site));
    return this.views.render(request, 'news', { news, pageNumber: page, pageCount });
  }
}
