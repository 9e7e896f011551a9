import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type LoadedSettings,
  Secret,
  type TenantName,
  writeFileAtomically,
  writeSecrets,
} from '#libs/settings';
import {
  type Identity,
  type TenantDatabase,
  createTenantDatabase,
  migrateDatabase,
  setUpDatabase,
} from '#libs/database';
import { MediaStorage, claimMediaRoot } from '#libs/media';
import { connectionLimit } from './connection-limit.js';
import { type CreationIntent, removeIntent, writeIntent } from './creation-intent.js';
import type { CreateRequest } from './create-tenant.js';
import type { Dependencies } from '../dependencies.js';
import { releaseFor } from '../releases/release-of.js';
import { followCurrent, releaseNow } from '../releases/follow-current.js';
import { loadUnclaimed } from '../fleet.js';
import { describeRelease } from '../migrations/fleet-databases.js';
import { type PlannedAdmin, planFirstAdmin, writeFirstAdmin } from './first-admin.js';
import { overlayText } from './overlay-text.js';
import { reachServer } from '../home/postgres.js';
import { writeSettingsSchema } from '../settings/settings-schema.js';
import { describeDatabase } from './tenant-database.js';

export interface Made {
  readonly hosts: readonly string[];
  readonly database: string;
  readonly mediaRoot: string;
  readonly admin: { readonly email: string; readonly passwordFile: string | null };
}

/** Makes everything that a tenant is, in an order in which the intent always names at least what was made. */
export async function makeTenant(
  dependencies: Dependencies,
  tenant: TenantName,
  request: CreateRequest,
): Promise<Made> {
  const { report } = dependencies;
  const intent = writeOverlay(dependencies, tenant, request);
  const release = await releaseNow(dependencies, tenant);
  const loaded = await loadUnclaimed(dependencies, tenant);
  const admin = planFirstAdmin(request, loaded.settings.hosts);
  const database = await makeDatabase(dependencies, { loaded, intent });
  report.done(`database ${database.name} with roles ${database.ownerRole} and ${database.runtimeRole}`);
  await claimMediaRoot(loaded.settings.media.root, intent.identity);
  report.done(`media root ${loaded.settings.media.root}`);
  await fill(dependencies, { loaded, database, identity: intent.identity, admin });
  const passwordFile = finish(dependencies, { loaded, database, admin });
  await followCurrent(dependencies, tenant, release);
  return {
    hosts: loaded.settings.hosts,
    database: database.name,
    mediaRoot: loaded.settings.media.root,
    admin: { email: admin.email, passwordFile },
  };
}

/** From here on the tenant counts. Answers where the first admin's password is, if it was made up. */
function finish(
  { home: { paths } }: Dependencies,
  { loaded, database, admin }: Pick<Filling, 'loaded' | 'database' | 'admin'>,
): string | null {
  const { tenant } = loaded;
  const passwordFile = writeFirstAdmin(paths, tenant, admin);
  const { ownerPassword, runtimePassword } = database;
  writeSecrets(paths, tenant, { database: { ownerPassword, runtimePassword } });
  // For the editor that the overlay's first line is written for.
  writeSettingsSchema(paths, loaded.application);
  removeIntent(paths, tenant);
  return passwordFile;
}

/** Writes the overlay unless the folder holds one already, and the intent before it. */
function writeOverlay(
  { home: { paths } }: Dependencies,
  tenant: TenantName,
  request: CreateRequest,
): CreationIntent {
  const folder = join(paths.tenants, tenant);
  const file = join(folder, 'settings.yaml');
  const intent = { identity: { tenant, id: randomUUID() }, madeFolder: !existsSync(folder) };
  writeIntent(paths, tenant, intent);
  if (existsSync(file)) return intent;
  mkdirSync(join(folder, 'templates'), { recursive: true, mode: 0o750 });
  writeFileAtomically(file, overlayText(withDefaults(tenant, request)), 0o640);
  return intent;
}

export function withDefaults(tenant: TenantName, request: CreateRequest): Parameters<typeof overlayText>[0] {
  const { title, profiles, server, app } = request;
  return { name: tenant, hosts: request.hosts ?? [`${tenant}.localhost`], title, profiles, server, app };
}

async function makeDatabase(
  dependencies: Dependencies,
  { loaded, intent }: { loaded: LoadedSettings; intent: CreationIntent },
): Promise<TenantDatabase> {
  const { settings, tenant } = loaded;
  const address = await reachServer(dependencies, settings.database.server);
  const database = describeDatabase(loaded, address, { owner: newPassword(), runtime: newPassword() });
  const { name, ownerRole, runtimeRole } = database;
  writeIntent(dependencies.home.paths, tenant, {
    ...intent,
    database: { server: settings.database.server, name, ownerRole, runtimeRole },
    mediaRoot: settings.media.root,
  });
  await createTenantDatabase(database, intent.identity, {
    runtimeConnections: connectionLimit(loaded),
  });
  return database;
}

interface Filling {
  readonly loaded: LoadedSettings;
  readonly database: TenantDatabase;
  readonly identity: Identity;
  readonly admin: PlannedAdmin;
}

/** The schema, then what the application needs to be usable. */
async function fill(
  dependencies: Dependencies,
  { loaded, database, identity, admin }: Filling,
): Promise<void> {
  const { application } = loaded;
  const { hashes } = describeRelease(releaseFor(dependencies, loaded), application);
  const { applied } = await migrateDatabase({
    ...{ db: database, identity, migrations: application.migrations, hashes },
    lockWaitMs: 10_000,
    signal: dependencies.signal,
  });
  dependencies.report.done(`${applied.length} migrations`);
  const seedDir = join(dependencies.home.paths.tenants, loaded.tenant, 'seed');
  const { email, password } = admin;
  await setUpDatabase(database, async (db) =>
    application.setUp?.({
      db,
      media: storageOf(loaded),
      admin: { email, password },
      seedDir: existsSync(seedDir) ? seedDir : undefined,
    }),
  );
  dependencies.report.done(`first admin ${email}`);
}

function storageOf({ settings }: LoadedSettings): MediaStorage {
  const { root, quota: quotaBytes } = settings.media;
  return new MediaStorage({ root, quotaBytes, uploadLimitBytes: settings.upload.limit });
}

function newPassword(): Secret {
  return new Secret(randomBytes(24).toString('base64url'));
}
