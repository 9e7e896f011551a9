import { Module } from '@nestjs/common';
import { MediaAdminController } from './media-admin.controller.js';
import { MediaModule } from './media.module.js';

/** The media library among the admin pages. */
@Module({ imports: [MediaModule], controllers: [MediaAdminController] })
export class MediaAdminModule {}
