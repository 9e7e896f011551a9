import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import {
  createTenantDatabase,
  dropTenantDatabase,
  migrateDatabase,
  type ServerAddress,
  setUpDatabase,
  type TenantDatabase,
} from '#libs/database';
import { claimMediaRoot, MediaStorage } from '#libs/media';
import { type FirstAdmin, type Home, parseTenantName, Secret } from '#libs/settings';

import { createApp } from './create-app.js';
import { Metrics } from './operator/metrics.js';
import { prove } from './prove.js';
import { createLog, NestLog } from './process/log.js';
import type { TenantApplication } from './tenant-application.js';
import { readTenant, type Tenant, withoutOwner } from './tenant.js';

export interface TestingTenantOptions extends TenantApplication {
  /** An admin login at the Postgres server on which the test's database is made. */
  readonly server: ServerAddress;
  /** What the tenant's `settings.yaml` says, beside database and media: `{ site: { title: 'Acme' } }`. */
  readonly overlay?: Readonly<Record<string, unknown>> | undefined;
  /** Given: `application.setUp` runs with this account. */
  readonly admin?: FirstAdmin | undefined;
  /** Sample content for `application.setUp`. */
  readonly seedDir?: string | undefined;
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

/**
 * The application as a tenant process runs it, over a new, migrated database and media root of its own:
 * for the application's own end-to-end tests.
 */
export async function createTestingTenantApp(options: TestingTenantOptions): Promise<TestingTenantApp> {
  // Undone in reverse, whether it was made whole or in part.
  const undo: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    const dir = await mkdtemp(join(tmpdir(), 'tenantry-testing-'));
    undo.push(() => rm(dir, { recursive: true, force: true }));
    const tenant = await loadTestingTenant(options, dir);
    await createDatabase(options, tenant, undo);
    const app = await bootApp(options, tenant);
    undo.push(() => app.close());
    const { hosts, media } = tenant.settings;
    return { app, host: (hosts[0] ?? 'localhost').replace(/^\./, ''), mediaRoot: media.root, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function loadTestingTenant(options: TestingTenantOptions, dir: string): Promise<Tenant> {
  const name = parseTenantName(`testing-${randomBytes(5).toString('hex')}`);
  const folder = join(dir, 'tenants', name);
  await mkdir(folder, { recursive: true });
  // JSON is YAML. A socket is named so that the settings are complete; nothing listens on it.
  const overlay = { app: options.application.name, hosts: [`${name}.localhost`], ...options.overlay };
  await writeFile(join(folder, 'settings.yaml'), JSON.stringify(overlay));
  const passwords = { ownerPassword: randomUUID(), runtimePassword: randomUUID() };
  await writeFile(join(folder, 'secrets.yaml'), JSON.stringify({ database: passwords }), { mode: 0o600 });
  const releaseDir = options.releaseDir ?? process.cwd();
  const home = homeOf(dir, options.server);
  const { application } = options;
  return readTenant({ tenant: name, home, application, releaseDir, env: {} });
}

function homeOf(home: string, server: ServerAddress): Home {
  const below = (name: string): string => join(home, name);
  return {
    paths: {
      home,
      tenants: below('tenants'),
      run: below('run'),
      sockets: below('run'),
      state: below('state'),
      backups: below('backups'),
      releases: below('releases'),
      current: below('current'),
      postgres: below('postgres'),
    },
    host: {
      postgres: { default: 'main', servers: { main: { ...server, name: 'main', embedded: false } } },
      gateway: { host: '127.0.0.1', port: 0 },
      processes: 'embedded',
      edge: 'gateway',
      releases: { keep: 1 },
      rings: [],
      secretRoots: [],
      development: true,
    },
  };
}

async function createDatabase(
  options: TestingTenantOptions,
  tenant: Tenant,
  undo: (() => Promise<unknown>)[],
): Promise<void> {
  const identity = { tenant: tenant.name, id: randomUUID() };
  const db = databaseOf(tenant, options.server);
  await createTenantDatabase(db, identity);
  undo.push(() => dropTenantDatabase(db, identity));
  const { application, admin, seedDir } = options;
  await migrateDatabase({ db, identity, migrations: application.migrations, lockWaitMs: 10_000 });
  const { media, upload } = tenant.settings;
  await claimMediaRoot(media.root, identity);
  if (admin === undefined) return;
  const storage = new MediaStorage({
    root: media.root,
    quotaBytes: media.quota,
    uploadLimitBytes: upload.limit,
  });
  await setUpDatabase(db, async (sql) => application.setUp?.({ db: sql, media: storage, admin, seedDir }));
}

function databaseOf({ settings }: Tenant, server: ServerAddress): TenantDatabase {
  const { name, ownerRole, runtimeRole, ownerPassword, runtimePassword } = settings.database;
  const none = new Secret('');
  return {
    server,
    name,
    ownerRole,
    runtimeRole,
    ownerPassword: ownerPassword ?? none,
    runtimePassword: runtimePassword ?? none,
  };
}

async function bootApp(options: TestingTenantOptions, whole: Tenant): Promise<NestFastifyApplication> {
  const tenant = withoutOwner(whole);
  const labels = { tenant: tenant.name, release: tenant.release.id };
  const metrics = new Metrics(labels, () => 0);
  const proof = await prove(tenant, options.application);
  const logger = new NestLog(createLog({ ...labels, level: 'silent', scrub: (text) => text }));
  return createApp({ app: options, tenant, proof, metrics, logger, isDraining: () => false });
}
