import { Inject, Module, Optional, type DynamicModule } from '@nestjs/common';
import { APP_GUARD, APP_PIPE } from '@nestjs/core';
import { ApiDocs } from './api/api-docs.service.js';
import { inputPipe } from './errors/input-pipe.js';
import { features } from './features.js';
import { FeatureGuard } from './feature.guard.js';
import { ViewsModule } from './views/views.module.js';

/** The application: what every site has, and the feature modules that are switched on. */
@Module({
  imports: [ViewsModule],
  providers: [
    { provide: APP_PIPE, useFactory: inputPipe },
    { provide: APP_GUARD, useClass: FeatureGuard },
  ],
})
export class AppModule {
  constructor(@Inject(ApiDocs) @Optional() readonly apiDocs: ApiDocs | undefined) {}

  /** With the feature modules of these names only; `modules` in the settings decides. */
  static forModules(enabled: ReadonlySet<string>): DynamicModule {
    const used = features.filter(({ needs }) => needs.every((name) => enabled.has(name)));
    return { module: AppModule, imports: used.map(({ module }) => module) };
  }
}
