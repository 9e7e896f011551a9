import { Module } from '@nestjs/common';

/** The media library: uploads, files for visitors, and the page to edit them. */
@Module({})
export class MediaModule {}
