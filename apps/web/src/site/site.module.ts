import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { PagesModule } from '../pages/pages.module.js';
import { DiscoveryController } from './discovery.controller.js';
import { ErrorFilter } from './error-filter.js';
import { SiteController } from './site.controller.js';
import { SiteViews } from './site-views.js';

/** What visitors see: pages, news, error pages, and what search engines read. */
@Module({
  imports: [PagesModule],
  controllers: [DiscoveryController, SiteController],
  providers: [SiteViews, { provide: APP_FILTER, useClass: ErrorFilter }],
  exports: [SiteViews],
})
export class SiteModule {}
