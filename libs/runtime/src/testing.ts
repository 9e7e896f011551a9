import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import type { FirstAdmin, Secret } from '#libs/settings';

import type { TenantApplication } from './tenant-application.js';

/** An admin login at the Postgres server on which the test's database is made. */
export interface TestingServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password?: Secret;
}

export interface TestingTenantOptions extends TenantApplication {
  readonly server: TestingServer;
  /** What the tenant's `settings.yaml` says, beside database and media: `{ site: { title: 'Acme' } }`. */
  readonly overlay?: Record<string, unknown>;
  /** Given: `application.setUp` runs with this account. */
  readonly admin?: FirstAdmin;
  /** The checkout, for `config/`, templates and assets; default: the working directory. */
  readonly releaseDir?: string;
}

export interface TestingTenantApp {
  /** Initialised, not listening: use `app.inject({ url, headers: { host } })`. */
  readonly app: NestFastifyApplication;
  /** The first of its hosts. */
  readonly host: string;
  readonly mediaRoot: string;
  /** Closes the application and removes its database and folders. */
  close(): Promise<void>;
}

/**
 * The application as a tenant process runs it, over a new, migrated database and media root of its own:
 * for the application's own end-to-end tests.
 */
export async function createTestingTenantApp(options: TestingTenantOptions): Promise<TestingTenantApp> {
  await Promise.resolve(options);
  throw new TypeError('createTestingTenantApp is being written.');
}
