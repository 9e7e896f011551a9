import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpException,
  Param,
  Patch,
  Post,
  Query,
  Req,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ChecksCsrfInMultipart } from '../accounts/csrf.guard.js';
import { SignedIn } from '../accounts/signed-in.guard.js';
import { ApiDoc } from '../api/api-doc.js';
import { mediaChanges, mediaId, mediaQuery, type MediaChanges, type MediaQuery } from './media-input.js';
import { MediaLibrary } from './media-library.service.js';
import { MediaRefusalFilter } from './media-refusal.js';
import { mediaListResource, mediaResource, toResource, type MediaResource } from './media-resource.js';
import { UploadReader } from './upload-reader.js';

const strange = { 401: 'Nobody is signed in.' };
const missing = { ...strange, 404: 'There is no such file.' };

/** The media library as JSON, for programs of whoever edits the site. */
@Controller('api/media')
@UseGuards(SignedIn)
@UseFilters(MediaRefusalFilter)
export class MediaApiController {
  constructor(
    private readonly library: MediaLibrary,
    private readonly uploads: UploadReader,
  ) {}

  @Get()
  @ApiDoc({ summary: 'List files, newest first', returns: mediaListResource, errors: strange })
  async list(@Query({ schema: mediaQuery }) query: MediaQuery): Promise<object> {
    const { items, total } = await this.library.list(query);
    return { media: items.map(toResource), page: query.page, perPage: query.perPage, total };
  }

  @Post()
  @ChecksCsrfInMultipart()
  @ApiDoc({
    summary: 'Upload a file',
    description:
      'multipart/form-data: optional fields "alt" and "visibility" ("public" or "private"), then one part "file".',
    returns: mediaResource,
    errors: {
      ...strange,
      400: 'A field or the name of the file does not fit, or the upload ended early.',
      413: 'The file is larger than the upload limit.',
      415: 'The body is not multipart/form-data.',
      507: 'The quota or the disk has no room for the file.',
    },
  })
  async upload(@Req() request: FastifyRequest): Promise<MediaResource> {
    const [item] = await this.uploads.read(request, 1);
    if (item === undefined) throw new HttpException('No file.', 400);
    return toResource(item);
  }

  @Get(':id')
  @ApiDoc({ summary: 'Get what is known of a file', returns: mediaResource, errors: missing })
  async get(@Param('id', { schema: mediaId }) id: string): Promise<MediaResource> {
    return toResource(await this.library.get(id));
  }

  @Patch(':id')
  @ApiDoc({ summary: 'Describe a file', returns: mediaResource, errors: missing })
  async update(
    @Param('id', { schema: mediaId }) id: string,
    @Body({ schema: mediaChanges }) changes: MediaChanges,
  ): Promise<MediaResource> {
    return toResource(await this.library.update(id, changes));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiDoc({ summary: 'Delete a file for good', errors: missing })
  async remove(@Param('id', { schema: mediaId }) id: string): Promise<void> {
    await this.library.remove(id);
  }
}
