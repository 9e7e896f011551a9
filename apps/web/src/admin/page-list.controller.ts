import { Controller, Get, Header, Query, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { SignedIn } from '../accounts/signed-in.guard.js';
import { pageKinds, pageStatuses } from '../pages/page-kinds.js';
import { adminPage, pageUrl } from '../pages/page-view.js';
import { PagesService } from '../pages/pages.service.js';
import { Sites } from '../views/sites.js';
import { Views } from '../views/views.js';
import { noticeOf } from './notices.js';

const perPage = 25;

/** Whoever edits an address by hand gets the whole list rather than an error. */
const listQuery = z.object({
  kind: z.enum(pageKinds).optional().catch(undefined),
  status: z.enum(pageStatuses).optional().catch(undefined),
  site: z.string().max(40).optional().catch(undefined),
  search: z.string().trim().max(100).optional().catch(undefined),
  page: z.coerce.number().int().min(1).max(100_000).catch(1),
  done: z.string().optional().catch(undefined),
});

type ListQuery = z.output<typeof listQuery>;

@Controller('admin/pages')
@UseGuards(SignedIn)
export class PageListController {
  constructor(
    private readonly pages: PagesService,
    private readonly views: Views,
    private readonly sites: Sites,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async list(
    @Req() request: FastifyRequest,
    @Query({ schema: listQuery }) query: ListQuery,
  ): Promise<string> {
    const { pages, total } = await this.pages.list({
      ...query,
      site: query.site === '' ? undefined : query.site,
      perPage,
    });
    return this.views.render(request, 'admin/pages', {
      pages: pages.map((page) => ({
        ...adminPage(page),
        href: this.sites.urlAt(request, page.site, pageUrl(page)),
      })),
      sites: this.sites.choices,
      query,
      pageCount: Math.ceil(total / perPage),
      listUrl: listUrl(query),
      notice: noticeOf(query.done),
    });
  }
}

/** The address of this list without its page number, ready for one to be appended. */
function listUrl({ kind, status, site, search }: ListQuery): string {
  const filters = Object.entries({ kind, status, site, search }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  const query = new URLSearchParams(filters).toString();
  return `/admin/pages?${query}${query === '' ? '' : '&'}`;
}
