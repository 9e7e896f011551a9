import { Controller, Get, NotFoundException, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Assets } from './assets.js';
import { Sites } from './sites.js';
import { contentHash } from './theme.js';

const forever = 'public, max-age=31536000, immutable';

/** Stylesheets, scripts and icons of the release, and the stylesheet that the site's settings make. */
@Controller()
export class AssetsController {
  constructor(
    private readonly assets: Assets,
    private readonly sites: Sites,
  ) {}

  @Get('_assets/:name')
  asset(
    @Param('name') name: string,
    @Query('v') version: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): FastifyReply {
    const asset = this.assets.find(name);
    if (asset === undefined) throw new NotFoundException();
    const isPinned = asset.isNamedByContent || version === asset.hash;
    sendCacheable(reply, { type: asset.type, hash: asset.hash, isPinned });
    if (isUnchanged(request, asset.hash)) return reply.code(304).send();
    const acceptsGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    const gzipped = acceptsGzip ? asset.gzipped() : undefined;
    if (gzipped === undefined) return reply.send(asset.content);
    return reply.header('content-encoding', 'gzip').send(gzipped);
  }

  /** What the pages of visitors load: the settings' colours and the design's own rules. */
  @Get('_theme.css')
  theme(@Req() request: FastifyRequest, @Res() reply: FastifyReply): FastifyReply {
    return sendStyle(request, reply, this.sites.of(request).themeCss);
  }

  /** What the admin pages load: the colours alone. */
  @Get('_colors.css')
  colors(@Req() request: FastifyRequest, @Res() reply: FastifyReply): FastifyReply {
    return sendStyle(request, reply, this.sites.of(request).colorsCss);
  }

  /** A letter in the site's colours, for sites without a logo of their own. */
  @Get('favicon.svg')
  favicon(@Req() request: FastifyRequest, @Res() reply: FastifyReply): FastifyReply {
    const svg = this.sites.of(request).favicon;
    sendCacheable(reply, { type: 'image/svg+xml', hash: contentHash(svg), isPinned: false });
    return reply.send(svg);
  }
}

function sendStyle(request: FastifyRequest, reply: FastifyReply, css: string): FastifyReply {
  const hash = contentHash(css);
  const isPinned = request.url.endsWith(`?v=${hash}`);
  sendCacheable(reply, { type: 'text/css; charset=utf-8', hash, isPinned });
  return isUnchanged(request, hash) ? reply.code(304).send() : reply.send(css);
}

function sendCacheable(reply: FastifyReply, file: { type: string; hash: string; isPinned: boolean }): void {
  reply
    .type(file.type)
    .header('etag', `"${file.hash}"`)
    .header('vary', 'accept-encoding')
    .header('cache-control', file.isPinned ? forever : 'public, max-age=300');
}

function isUnchanged(request: FastifyRequest, hash: string): boolean {
  return request.headers['if-none-match']?.includes(`"${hash}"`) === true;
}
