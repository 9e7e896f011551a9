import multipart from '@fastify/multipart';
import { Module, type NestModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { FastifyInstance } from 'fastify';
import { MediaApiController } from './media-api.controller.js';
import { MediaFilesController } from './media-files.controller.js';
import { MediaItem } from './media-item.entity.js';
import { MediaLibrary } from './media-library.service.js';
import { UploadReader } from './upload-reader.js';

/** The media library: uploads, files for visitors, and the page to edit them. */
@Module({
  imports: [TypeOrmModule.forFeature([MediaItem])],
  controllers: [MediaApiController, MediaFilesController],
  providers: [MediaLibrary, UploadReader],
  exports: [MediaLibrary, UploadReader],
})
export class MediaModule implements NestModule {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  /** Nest calls this before it makes the routes: from then on the server can read forms with files. */
  async configure(): Promise<void> {
    await this.adapterHost.httpAdapter.getInstance<FastifyInstance>().register(multipart);
  }
}
