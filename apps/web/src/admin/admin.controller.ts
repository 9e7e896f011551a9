import { Controller, Get, Header, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { SignedIn } from '../accounts/signed-in.guard.js';
import { adminPage } from '../pages/page-view.js';
import { PagesService } from '../pages/pages.service.js';
import { Views } from '../views/views.js';

@Controller('admin')
@UseGuards(SignedIn)
export class AdminController {
  constructor(
    private readonly pages: PagesService,
    private readonly views: Views,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async dashboard(@Req() request: FastifyRequest): Promise<string> {
    const [counts, recent] = await Promise.all([this.pages.counts(), this.pages.changedLast(6)]);
    return this.views.render(request, 'admin/dashboard', { counts, recent: recent.map(adminPage) });
  }
}
