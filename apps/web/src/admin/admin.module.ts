import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MediaItem } from '../media/media-item.entity.js';
import { PagesModule } from '../pages/pages.module.js';
import { SiteModule } from '../site/site.module.js';
import { AdminController } from './admin.controller.js';
import { PageActionsController } from './page-actions.controller.js';
import { PageEditorController } from './page-editor.controller.js';
import { PageEditorView } from './page-editor.view.js';
import { PageListController } from './page-list.controller.js';
import { PagePreviewController } from './page-preview.controller.js';

/** Where the site is edited. */
@Module({
  imports: [TypeOrmModule.forFeature([MediaItem]), PagesModule, SiteModule],
  controllers: [
    AdminController,
    PageListController,
    PagePreviewController,
    PageEditorController,
    PageActionsController,
  ],
  providers: [PageEditorView],
})
export class AdminModule {}
