import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Req,
  UseGuards,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Sessions } from '../accounts/sessions.service.js';
import { SignedIn } from '../accounts/signed-in.guard.js';
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
import { DraftsAreHidden, PageNotFound } from './page-errors.js';
import { PagesService } from './pages.service.js';

const invalid = { 400: 'The body is not JSON, or a field does not fit; `fields` says which and why.' };
const signIn = { 401: 'Nobody is signed in.', 403: 'The token of `GET /api/session` is missing.' };
const missing = { 404: 'There is no such page.' };
const taken = { 409: 'Another page has this slug.' };

/** The pages as JSON, for programs of whoever edits the site; strangers read what is published. */
@Controller('api/pages')
export class PagesApiController {
  constructor(
    private readonly pages: PagesService,
    private readonly sessions: Sessions,
  ) {}

  @Get()
  @ApiDoc({
    summary: 'List pages and posts',
    description: 'Without signing in, only what is published.',
    returns: pageListResource,
    errors: { 400: 'A parameter does not fit.', 401: 'Drafts are for who is signed in.' },
  })
  async list(
    @Query({ schema: pageQuery }) query: PageQuery,
    @Req() request: FastifyRequest,
  ): Promise<object> {
    const isStranger = (await this.sessions.find(request)) === undefined;
    if (isStranger && query.status === 'draft') throw new DraftsAreHidden();
    const visible: PageQuery = isStranger ? { ...query, status: 'published' } : query;
    const { pages, total } = await this.pages.list(visible);
    return { pages: pages.map(toResource), page: query.page, perPage: query.perPage, total };
  }

  @Post()
  @UseGuards(SignedIn)
  @ApiDoc({ summary: 'Create a draft', returns: pageResource, errors: { ...invalid, ...signIn, ...taken } })
  async create(@Body({ schema: newPage }) input: NewPage): Promise<PageResource> {
    return toResource(await this.pages.create(input));
  }

  @Get(':id')
  @ApiDoc({ summary: 'Get a page', returns: pageResource, errors: missing })
  async get(
    @Param('id', { schema: pageId }) id: string,
    @Req() request: FastifyRequest,
  ): Promise<PageResource> {
    const page = await this.pages.get(id);
    if (page.status === 'draft' && (await this.sessions.find(request)) === undefined)
      throw new PageNotFound();
    return toResource(page);
  }

  @Patch(':id')
  @UseGuards(SignedIn)
  @ApiDoc({
    summary: 'Change a page',
    description: 'Only the fields that are given change.',
    returns: pageResource,
    errors: { ...invalid, ...signIn, ...missing, ...taken },
  })
  async update(
    @Param('id', { schema: pageId }) id: string,
    @Body({ schema: pageChanges }) changes: PageChanges,
  ): Promise<PageResource> {
    return toResource(await this.pages.update(id, changes));
  }

  @Post(':id/publish')
  @UseGuards(SignedIn)
  @HttpCode(200)
  @ApiDoc({
    summary: 'Publish a page',
    description: 'A page that was public before keeps its first date.',
    returns: pageResource,
    errors: { ...signIn, ...missing },
  })
  async publish(@Param('id', { schema: pageId }) id: string): Promise<PageResource> {
    return toResource(await this.pages.publish(id, new Date()));
  }

  @Post(':id/unpublish')
  @UseGuards(SignedIn)
  @HttpCode(200)
  @ApiDoc({ summary: 'Make a page a draft again', returns: pageResource, errors: { ...signIn, ...missing } })
  async unpublish(@Param('id', { schema: pageId }) id: string): Promise<PageResource> {
    return toResource(await this.pages.unpublish(id));
  }

  @Delete(':id')
  @UseGuards(SignedIn)
  @HttpCode(204)
  @ApiDoc({ summary: 'Delete a page', errors: { ...signIn, ...missing } })
  async remove(@Param('id', { schema: pageId }) id: string): Promise<void> {
    await this.pages.remove(id);
  }
}
