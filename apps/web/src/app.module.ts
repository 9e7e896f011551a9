import { Module } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { inputPipe } from './errors/input-pipe.js';
import { SiteModule } from './site/site.module.js';
import { ViewsModule } from './views/views.module.js';

/** The feature modules of the application. `SiteModule` is last: its `/:slug` takes what the others leave. */
@Module({
  imports: [ViewsModule, SiteModule],
  providers: [{ provide: APP_PIPE, useFactory: inputPipe }],
})
export class AppModule {}
