import { Module } from '@nestjs/common';
import { ViewsModule } from './views/views.module.js';

@Module({ imports: [ViewsModule] })
export class AppModule {}
