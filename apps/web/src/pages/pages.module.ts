import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Menu } from './menu.service.js';
import { Page } from './page.entity.js';
import { PagesApiController } from './pages-api.controller.js';
import { PagesService } from './pages.service.js';
import { PublishedPages } from './published-pages.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Page])],
  controllers: [PagesApiController],
  providers: [Menu, PagesService, PublishedPages],
  exports: [Menu, PagesService, PublishedPages],
})
export class PagesModule {}
