import { Module } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { AccountsModule } from './accounts/accounts.module.js';
import { AdminModule } from './admin/admin.module.js';
import { ApiModule } from './api/api.module.js';
import { inputPipe } from './errors/input-pipe.js';
import { MediaModule } from './media/media.module.js';
import { SiteModule } from './site/site.module.js';
import { ViewsModule } from './views/views.module.js';

/** The feature modules of the application. `SiteModule` is last: its `/:slug` takes what the others leave. */
@Module({
  imports: [ViewsModule, AccountsModule, MediaModule, AdminModule, ApiModule, SiteModule],
  providers: [{ provide: APP_PIPE, useFactory: inputPipe }],
})
export class AppModule {}
