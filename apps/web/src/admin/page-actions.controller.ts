import { Controller, Get, Header, Param, Post, Redirect, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { SignedIn } from '../accounts/signed-in.guard.js';
import { pageId } from '../pages/page-input.js';
import { adminPage } from '../pages/page-view.js';
import { PagesService } from '../pages/pages.service.js';
import { Views } from '../views/views.js';

/** What the list of pages does at once: publish, unpublish, delete. */
@Controller('admin/pages/:id')
@UseGuards(SignedIn)
export class PageActionsController {
  constructor(
    private readonly pages: PagesService,
    private readonly views: Views,
  ) {}

  @Post('publish')
  @Redirect('/admin/pages?done=published', 303)
  async publish(@Param('id', { schema: pageId }) id: string): Promise<void> {
    await this.pages.publish(id, new Date());
  }

  @Post('unpublish')
  @Redirect('/admin/pages?done=unpublished', 303)
  async unpublish(@Param('id', { schema: pageId }) id: string): Promise<void> {
    await this.pages.unpublish(id);
  }

  @Get('delete')
  @Header('content-type', 'text/html; charset=utf-8')
  async confirm(
    @Param('id', { schema: pageId }) id: string,
    @Req() request: FastifyRequest,
  ): Promise<string> {
    const page = await this.pages.get(id);
    return this.views.render(request, 'admin/page-delete', { page: adminPage(page) });
  }

  @Post('delete')
  @Redirect('/admin/pages?done=deleted', 303)
  async remove(@Param('id', { schema: pageId }) id: string): Promise<void> {
    await this.pages.remove(id);
  }
}
