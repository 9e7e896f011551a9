import { Controller, Get, Header, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Views } from '../views/views.js';
import { ApiDocs } from './api-docs.service.js';
import { viewOf } from './api-docs-view.js';

/** The API, for programs as OpenAPI and for people as a page; neither loads anything from elsewhere. */
@Controller('api')
export class ApiDocsController {
  constructor(
    private readonly docs: ApiDocs,
    private readonly views: Views,
  ) {}

  @Get('openapi.json')
  async document(): Promise<object> {
    return this.docs.document();
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  async page(@Req() request: FastifyRequest): Promise<string> {
    return this.views.render(request, 'api/docs', { tags: viewOf(await this.docs.document()) });
  }
}
