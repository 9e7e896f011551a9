import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';

import { MediaStorage } from '#libs/media';
import { fileSenderOf } from '#libs/settings';

import { AppPaths } from './app-paths.js';
import { AppSites } from './app-sites.js';
import { FileHandOff } from './http/file-hand-off.js';
import { createTrustProxy } from './http/trust-proxy.js';
import { settingsToken } from './inject-settings.js';
import { Activity } from './process/activity.js';
import type { Proof } from './prove.js';
import type { TenantApplication } from './tenant-application.js';
import type { Tenant } from './tenant.js';

export interface Around {
  readonly app: TenantApplication;
  readonly tenant: Tenant;
  readonly proof: Proof;
  readonly activity: Activity;
}

/** Around the application's own root module: settings, connection, media and paths, for all of its modules. */
@Module({})
export class TenantRootModule {
  static around({ app, tenant, proof, activity }: Around): DynamicModule {
    const { settings } = tenant;
    const providers = [
      ...injectable(app, settings).map(([key, useValue]) => ({ provide: settingsToken(key), useValue })),
      { provide: AppPaths, useValue: tenant.paths },
      { provide: AppSites, useValue: tenant.sites },
      { provide: Activity, useValue: activity },
      { provide: MediaStorage, useFactory: () => mediaStorage(tenant) },
      { provide: FileHandOff, useFactory: () => fileHandOff(tenant) },
    ];
    return {
      module: TenantRootModule,
      global: true,
      imports: [settingsModule(settings), connectionModule(proof.dataSource), rootModule(app, tenant)],
      providers,
      exports: providers.map(({ provide }) => provide),
    };
  }
}

/**
 * Without the sections that each site can have its own values of: whoever injected one would give every site the first
 * one's. `AppSites.find(request.host).section(…)` has the right ones.
 */
function injectable({ application }: TenantApplication, settings: Tenant['settings']): [string, unknown][] {
  const perSite = new Set(application.sections.filter((section) => section.perSite).map(({ key }) => key));
  return Object.entries(settings).filter(([key]) => !perSite.has(key));
}

/** What no site of this process uses is no part of it: no routes, no jobs, no memory. */
function rootModule({ module }: TenantApplication, { sites }: Tenant): Type | DynamicModule {
  if (!('forModules' in module)) return module;
  return module.forModules(new Set(sites.served.flatMap((site) => [...site.modules])));
}

/** Settings are finished before Nest starts: nothing is read from `.env` files or the environment here. */
function settingsModule(settings: object): Promise<DynamicModule> {
  return ConfigModule.forRoot({
    isGlobal: true,
    ignoreEnvFile: true,
    skipProcessEnv: true,
    validatePredefined: false,
    load: [() => settings],
  });
}

/** The connection that was proved; Nest closes it when the application closes. */
function connectionModule(dataSource: DataSource): DynamicModule {
  return TypeOrmModule.forRootAsync({
    useFactory: () => ({ ...dataSource.options, retryAttempts: 0 }),
    dataSourceFactory: () => Promise.resolve(dataSource),
  });
}

function fileHandOff({ settings, home }: Tenant): FileHandOff {
  const trustProxy = createTrustProxy(settings.trustedProxies);
  return new FileHandOff({ sender: fileSenderOf(home.host), mediaRoot: settings.media.root, trustProxy });
}

function mediaStorage({ settings }: Tenant): MediaStorage {
  return new MediaStorage({
    root: settings.media.root,
    quotaBytes: settings.media.quota,
    uploadLimitBytes: settings.upload.limit,
  });
}
