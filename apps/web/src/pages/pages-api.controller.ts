import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiDoc } from '../api/api-doc.js';
import {
  newPage,
  pageChanges,
  pageId,
  pageQuery,
  type NewPage,
  type PageChanges,
  type PageQuery,
} from './page-input.js';
import { pageListResource, pageResource, toResource, type PageResource } from './page-resource.js';
import { PagesService } from './pages.service.js';

const invalid = { 400: 'The body is not JSON, or a field does not fit; `fields` says which and why.' };
const missing = { 404: 'There is no such page.' };
const taken = { 409: 'Another page has this slug.' };

/** The pages as JSON, for programs of whoever edits the site. */
@Controller('api/pages')
export class PagesApiController {
  constructor(private readonly pages: PagesService) {}

  @Get()
  @ApiDoc({
    summary: 'List pages and posts',
    returns: pageListResource,
    errors: { 400: 'A parameter does not fit.' },
  })
  async list(@Query({ schema: pageQuery }) query: PageQuery): Promise<object> {
    const { pages, total } = await this.pages.list(query);
    return { pages: pages.map(toResource), page: query.page, perPage: query.perPage, total };
  }

  @Post()
  @ApiDoc({ summary: 'Create a draft', returns: pageResource, errors: { ...invalid, ...taken } })
  async create(@Body({ schema: newPage }) input: NewPage): Promise<PageResource> {
    return toResource(await this.pages.create(input));
  }

  @Get(':id')
  @ApiDoc({ summary: 'Get a page', returns: pageResource, errors: missing })
  async get(@Param('id', { schema: pageId }) id: string): Promise<PageResource> {
    return toResource(await this.pages.get(id));
  }

  @Patch(':id')
  @ApiDoc({
    summary: 'Change a page',
    description: 'Only the fields that are given change.',
    returns: pageResource,
    errors: { ...invalid, ...missing, ...taken },
  })
  async update(
    @Param('id', { schema: pageId }) id: string,
    @Body({ schema: pageChanges }) changes: PageChanges,
  ): Promise<PageResource> {
    return toResource(await this.pages.update(id, changes));
  }

  @Post(':id/publish')
  @HttpCode(200)
  @ApiDoc({
    summary: 'Publish a page',
    description: 'A page that was public before keeps its first date.',
    returns: pageResource,
    errors: missing,
  })
  async publish(@Param('id', { schema: pageId }) id: string): Promise<PageResource> {
    return toResource(await this.pages.publish(id, new Date()));
  }

  @Post(':id/unpublish')
  @HttpCode(200)
  @ApiDoc({ summary: 'Make a page a draft again', returns: pageResource, errors: missing })
  async unpublish(@Param('id', { schema: pageId }) id: string): Promise<PageResource> {
    return toResource(await this.pages.unpublish(id));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiDoc({ summary: 'Delete a page', errors: missing })
  async remove(@Param('id', { schema: pageId }) id: string): Promise<void> {
    await this.pages.remove(id);
  }
}
