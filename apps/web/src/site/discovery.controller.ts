import { Controller, Get, Header, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { pageUrl } from '../pages/page-view.js';
import { PublishedPages } from '../pages/published-pages.service.js';
import { Sites } from '../views/sites.js';

/** What search engines read. */
@Controller()
export class DiscoveryController {
  constructor(
    private readonly pages: PublishedPages,
    private readonly sites: Sites,
  ) {}

  @Get('robots.txt')
  @Header('content-type', 'text/plain; charset=utf-8')
  robots(@Req() request: FastifyRequest): string {
    return `User-agent: *\nDisallow: /admin\nDisallow: /api/\nSitemap: ${this.#origin(request)}/sitemap.xml\n`;
  }

  @Get('sitemap.xml')
  @Header('content-type', 'application/xml; charset=utf-8')
  async sitemap(@Req() request: FastifyRequest): Promise<string> {
    const origin = this.#origin(request);
    const pages = await this.pages.all(this.sites.of(request).name);
    // Slugs are a-z, 0-9 and "-": nothing in them needs escaping.
    const entries = pages.map(
      (page) =>
        `  <url><loc>${origin}${pageUrl(page)}</loc><lastmod>${page.updatedAt.toISOString()}</lastmod></url>\n`,
    );
    const home = `  <url><loc>${origin}/</loc></url>\n`;
    return (
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
      `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${home}${entries.join('')}</urlset>\n`
    );
  }

  #origin(request: FastifyRequest): string {
    const { url } = this.sites.of(request).settings;
    return url === undefined ? `${request.protocol}://${request.host}` : new URL(url).origin;
  }
}
