import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Menu, type MenuItem } from '../pages/menu.service.js';
import { pagesSection } from '../pages/pages.settings.js';
import { Sites } from '../views/sites.js';
import { Views } from '../views/views.js';

/** Renders what visitors see: a template with the site's menu around it. */
@Injectable()
export class SiteViews {
  constructor(
    private readonly menu: Menu,
    private readonly views: Views,
    private readonly sites: Sites,
  ) {}

  async render(request: FastifyRequest, template: string, model: Record<string, unknown>): Promise<string> {
    return this.renderWith({ request, menu: await this.menu.items(this.sites.of(request)) }, template, model);
  }

  /** For pages that must not need the database, such as the one that says that it is gone. */
  renderWith(
    { request, menu }: { request: FastifyRequest; menu: readonly MenuItem[] },
    template: string,
    model: Record<string, unknown>,
  ): Promise<string> {
    const { newsTitle } = this.sites.of(request).section(pagesSection);
    return this.views.render(request, template, {
      menu,
      newsTitle,
      year: new Date().getUTCFullYear(),
      ...model,
    });
  }
}
