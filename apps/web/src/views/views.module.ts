import { Global, Module } from '@nestjs/common';
import { AssetsController } from './assets.controller.js';
import { Assets } from './assets.js';
import { Sites } from './sites.js';
import { Views } from './views.js';

/** Templates, themes and assets, for every feature that answers with HTML. */
@Global()
@Module({ controllers: [AssetsController], providers: [Assets, Sites, Views], exports: [Sites, Views] })
export class ViewsModule {}
