import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import type { Application } from '#libs/settings';

/** A root module that imports only the feature modules that it is given the names of. */
export interface SwitchableModule {
  forModules(enabled: ReadonlySet<string>): DynamicModule;
}

/** An ordinary Nest application, and what the runtime needs to know to boot it for one tenant. */
export interface TenantApplication {
  readonly application: Application;
  /** The application's root module; it imports `TypeOrmModule.forFeature` only, the connection is the runtime's. */
  readonly module: Type | SwitchableModule;
  /** Every entity class, listed: a bundle has no folders to scan. */
  readonly entities: readonly Type[];
  /** Called after the runtime's own set-up and before `init()`: plugins, pipes, OpenAPI. */
  configure?(app: NestFastifyApplication): Promise<void>;
}
