import { Controller, Get, NotFoundException, Param, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { type ByteRange, MediaNotFound, MediaStorage, UnsafePath, type OpenedFile } from '#libs/media';
import { FileHandOff } from '#libs/runtime';
import { SignedIn } from '../accounts/signed-in.guard.js';
import { Sites } from '../views/sites.js';
import { parseRange } from './byte-range.js';
import { fileHeaders } from './file-headers.js';
import { isUnchanged, mayResume } from './freshness.js';
import { MediaLibrary } from './media-library.service.js';

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Uploaded files, for visitors; private ones for who is signed in. HEAD is answered by the same handlers. */
@Controller('media')
export class MediaFilesController {
  constructor(
    private readonly storage: MediaStorage,
    private readonly library: MediaLibrary,
    private readonly sites: Sites,
    private readonly handOff: FileHandOff,
  ) {}

  @Get('private/*')
  @UseGuards(SignedIn)
  privateFile(
    @Param('*') path: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<FastifyReply> {
    return this.#send({ request, reply }, `private/${path}`);
  }

  @Get('*')
  publicFile(
    @Param('*') path: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<FastifyReply> {
    return this.#send({ request, reply }, `public/${path}`);
  }

  async #send(exchange: Exchange, path: string): Promise<FastifyReply> {
    const site = this.sites.of(exchange.request).name;
    if (this.sites.names.length > 1 && !(await this.library.isServedAt(site, path)))
      throw new NotFoundException();
    const opened = await this.#open(path);
    try {
      return await this.#answer(exchange, opened);
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  async #answer(exchange: Exchange, opened: OpenedFile): Promise<FastifyReply> {
    const { request, reply } = exchange;
    const { file } = opened;
    reply.headers(fileHeaders(file));
    if (isUnchanged(request.headers, file)) {
      await opened.close();
      return reply.code(304).send();
    }
    const left = this.handOff.headersFor(request.raw, file.path);
    if (left !== undefined) {
      await opened.close();
      // Ranges and conditions are then the edge's to answer: it has the request, too.
      reply.removeHeader('accept-ranges');
      return reply.headers(left).send('');
    }
    const wanted = mayResume(request.headers, file) ? request.headers.range : undefined;
    const range = request.method === 'GET' ? parseRange(wanted, file.sizeBytes) : undefined;
    if (range !== 'unsatisfiable') return sendRange(exchange, opened, range);
    await opened.close();
    return refuseRange(reply, file.sizeBytes);
  }

  /** A path that leads out is not there, like any other that is not: who tries one need not learn more. */
  async #open(path: string): Promise<OpenedFile> {
    try {
      return await this.storage.open(path);
    } catch (error) {
      if (error instanceof MediaNotFound || error instanceof UnsafePath) {
        throw new NotFoundException(undefined, { cause: error });
      }
      throw error;
    }
  }
}

async function sendRange(
  { request, reply }: Exchange,
  opened: OpenedFile,
  range: ByteRange | undefined,
): Promise<FastifyReply> {
  const { sizeBytes } = opened.file;
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 };
  reply.header('content-length', end - start + 1);
  if (range !== undefined) reply.code(206).header('content-range', `bytes ${start}-${end}/${sizeBytes}`);
  if (request.method === 'HEAD' || sizeBytes === 0) {
    await opened.close();
    // A stream without content: from a string Fastify would take the length that HEAD reports.
    return reply.send(Readable.from([]));
  }
  return reply.send(opened.read(range));
}

function refuseRange(reply: FastifyReply, sizeBytes: number): FastifyReply {
  // Not the file's own headers: this short text is not the file.
  for (const name of ['etag', 'last-modified', 'content-disposition']) reply.removeHeader(name);
  reply.code(416).header('content-range', `bytes */${sizeBytes}`).header('cache-control', 'no-store');
  return reply.type('text/plain; charset=utf-8').send(`The file has ${sizeBytes} bytes.\n`);
}
