import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import type { ServerAddress } from '#libs/database';

import { createApp } from '../create-app.js';
import { Metrics } from '../operator/metrics.js';
import { createLog, NestLog } from '../process/log.js';
import { prove } from '../prove.js';
import type { TenantApplication } from '../tenant-application.js';
import { loadTenant } from '../tenant.js';
import { type AddTenantOptions, TestingHome } from './testing-home.js';

export interface TestingTenantOptions extends TenantApplication, Omit<AddTenantOptions, 'migrations'> {
  /** An admin login at the Postgres server on which the test's database is made. */
  readonly server: ServerAddress;
  /** The checkout, for `config/`, templates and assets; default: the working directory. */
  readonly releaseDir?: string | undefined;
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

const name = 'acme';

/**
 * The application as a tenant process runs it, over a new, migrated database and media root of its own:
 * for the application's own end-to-end tests.
 */
export async function createTestingTenantApp(options: TestingTenantOptions): Promise<TestingTenantApp> {
  const home = new TestingHome(options.server, options.application);
  try {
    const { mediaRoot } = await home.addTenant(name, options);
    const { app, hosts } = await boot(options, home.dir);
    const close = async (): Promise<void> => {
      await app.close();
      await home.remove();
    };
    return { app, host: (hosts[0] ?? 'localhost').replace(/^\./, ''), mediaRoot, close };
  } catch (error) {
    await home.remove();
    throw error;
  }
}

async function boot(
  options: TestingTenantOptions,
  home: string,
): Promise<{ app: NestFastifyApplication; hosts: readonly string[] }> {
  const cwd = process.cwd();
  const env = { TENANT: name, TENANTRY_HOME: home };
  const { application, releaseDir = cwd } = options;
  const tenant = loadTenant({ application, releaseDir, env, cwd });
  const labels = { tenant: tenant.name, release: tenant.release.id };
  const app = await createApp({
    app: options,
    tenant,
    proof: await prove(tenant, options),
    metrics: new Metrics(labels, () => 0),
    logger: new NestLog(createLog({ ...labels, level: 'silent', scrub: (text) => text })),
    isDraining: () => false,
  });
  return { app, hosts: tenant.settings.hosts };
}
