import { Body, Controller, Get, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { formatBytes } from '#libs/media';
import { ChecksCsrfInMultipart } from '../accounts/csrf.guard.js';
import { SignedIn } from '../accounts/signed-in.guard.js';
import { Sites } from '../views/sites.js';
import { Views } from '../views/views.js';
import { mediaChanges, mediaId, mediaQuery, type MediaChanges, type MediaQuery } from './media-input.js';
import type { MediaItem } from './media-item.entity.js';
import { MediaLibrary } from './media-library.service.js';
import { describeRefusal, type MediaRefusal } from './media-refusal.js';
import { toResource } from './media-resource.js';
import { UploadReader } from './upload-reader.js';

const maxFilesAtOnce = 20;

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** The media library as a page; works without scripts. */
@Controller('admin/media')
@UseGuards(SignedIn)
export class MediaAdminController {
  constructor(
    private readonly library: MediaLibrary,
    private readonly uploads: UploadReader,
    private readonly views: Views,
    private readonly sites: Sites,
  ) {}

  @Get()
  async show(
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<FastifyReply> {
    const page = mediaQuery.shape.page.catch(1).parse(query['page']);
    return this.#page({ request, reply }, { page, notice: noticeOf(query) });
  }

  @Post()
  @ChecksCsrfInMultipart()
  async upload(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    try {
      const { length } = await this.uploads.read(request, maxFilesAtOnce);
      return reply.redirect(`/admin/media?uploaded=${length}`, 303);
    } catch (error) {
      const refusal = describeRefusal(error);
      if (refusal === undefined) throw error;
      return this.#page({ request, reply }, { page: 1, refusal });
    }
  }

  @Post(':id/describe')
  async describe(
    @Param('id', { schema: mediaId }) id: string,
    @Body({ schema: mediaChanges }) changes: MediaChanges,
    @Res() reply: FastifyReply,
  ): Promise<FastifyReply> {
    await this.library.update(id, changes);
    return reply.redirect(`/admin/media?described#file-${id}`, 303);
  }

  @Post(':id/delete')
  async remove(
    @Param('id', { schema: mediaId }) id: string,
    @Res() reply: FastifyReply,
  ): Promise<FastifyReply> {
    await this.library.remove(id);
    return reply.redirect('/admin/media?deleted', 303);
  }

  async #page(
    { request, reply }: Exchange,
    { page, notice, refusal }: { page: number; notice?: string | undefined; refusal?: MediaRefusal },
  ): Promise<FastifyReply> {
    const query: MediaQuery = { page, perPage: 24 };
    const [{ items, total }, usage] = await Promise.all([this.library.list(query), this.library.usage()]);
    const html = await this.views.render(request, 'admin/media', {
      files: items.map(toCard),
      total,
      sites: this.sites.choices,
      pages: pagesOf(query, total),
      usage: {
        used: formatBytes(usage.usedBytes),
        quota: formatBytes(usage.quotaBytes),
        percent: percentOf(usage),
      },
      uploadLimit: formatBytes(this.library.uploadLimitBytes),
      notice,
      error: refusal?.message,
    });
    return reply
      .code(refusal?.status ?? 200)
      .type('text/html; charset=utf-8')
      .send(html);
  }
}

function toCard(item: MediaItem): object {
  const resource = toResource(item);
  const isImage = item.contentType.startsWith('image/');
  const ending = item.path.includes('.') ? item.path.slice(item.path.lastIndexOf('.') + 1) : 'file';
  return { ...resource, isImage, ending, size: formatBytes(item.sizeBytes), createdAt: item.createdAt };
}

function pagesOf({ page, perPage }: MediaQuery, total: number): object {
  const last = Math.max(1, Math.ceil(total / perPage));
  return { page, last, previous: page > 1 ? page - 1 : null, next: page < last ? page + 1 : null };
}

function percentOf({ usedBytes, quotaBytes }: { usedBytes: number; quotaBytes: number }): number {
  return quotaBytes === 0 ? 100 : Math.min(100, Math.ceil((usedBytes / quotaBytes) * 100));
}

function noticeOf(query: Record<string, unknown>): string | undefined {
  if ('deleted' in query) return 'The file is deleted.';
  if ('described' in query) return 'The description is saved.';
  if (!('uploaded' in query)) return undefined;
  return query['uploaded'] === '1' ? 'The file is uploaded.' : 'The files are uploaded.';
}
