import { Body, Controller, Header, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { SignedIn } from '../accounts/signed-in.guard.js';
import { renderMarkdown } from '../pages/markdown.js';
import { heroOf } from '../pages/page-view.js';
import { SiteViews } from '../site/site-views.js';
import { Sites } from '../views/sites.js';
import { readForm } from './page-form.js';

const html = 'text/html; charset=utf-8';

/** What a text would look like; nothing is saved. */
@Controller('admin/pages/preview')
@UseGuards(SignedIn)
export class PagePreviewController {
  constructor(
    private readonly views: SiteViews,
    private readonly sites: Sites,
  ) {}

  @Post()
  @HttpCode(200)
  @Header('content-type', html)
  async page(@Body() body: unknown, @Req() request: FastifyRequest): Promise<string> {
    const { kind, title, summary, body: text, heroPath, heroAlt } = readForm(body);
    const site = this.sites.of(request);
    const hero = heroOf({ heroPath: heroPath === '' ? null : heroPath, heroAlt }, site);
    const page = {
      kind,
      title: title || 'Untitled',
      summary,
      hero,
      html: renderMarkdown(text, site),
      publishedAt: new Date(),
    };
    return this.views.render(request, kind === 'post' ? 'post' : 'page', { page });
  }

  @Post('fragment')
  @HttpCode(200)
  @Header('content-type', html)
  fragment(@Body() body: unknown, @Req() request: FastifyRequest): string {
    return renderMarkdown(readForm(body).body, this.sites.of(request));
  }
}
