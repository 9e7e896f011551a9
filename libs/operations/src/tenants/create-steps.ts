import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadedSettings, type TenantName, writeFileAtomically, writeSecrets } from '#libs/settings';
import { type Identity, type TenantDatabase, migrateDatabase, setUpDatabase } from '#libs/database';
import { MediaStorage, claimMediaRoot } from '#libs/media';
import { type CreationIntent, removeIntent, writeIntent } from './creation-intent.js';
import type { CreateRequest } from './create-tenant.js';
import type { Dependencies } from '../dependencies.js';
import { releaseFor } from '../releases/release-of.js';
import { followCurrent, releaseNow } from '../releases/follow-current.js';
import { loadUnclaimed } from '../fleet.js';
import { describeRelease, type ReleaseMigrations } from '../migrations/fleet-databases.js';
import { type PlannedAdmin, planFirstAdmin, writeFirstAdmin } from './first-admin.js';
import { overlayText } from './overlay-text.js';
import { makeDatabase } from './make-database.js';
import { writeSettingsSchema } from '../settings/settings-schema.js';

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
  const intent = writeOverlay(dependencies, tenant, request);
  const release = await releaseNow(dependencies, tenant);
  const loaded = await loadUnclaimed(dependencies, tenant);
  const admin = planFirstAdmin(request, loaded.settings.hosts);
  const of = describeRelease(releaseFor(dependencies, loaded), loaded.application);
  const { fromTemplate } = request;
  const database = await makeDatabase(dependencies, { loaded, intent, of, fromTemplate });
  const { identity } = intent;
  const { root: mediaRoot } = loaded.settings.media;
  await claimMediaRoot(mediaRoot, identity);
  dependencies.report.done(`media root ${mediaRoot}`);
  await fill(dependencies, { loaded, of, database, identity, admin });
  const passwordFile = finish(dependencies, { loaded, database, admin });
  await followCurrent(dependencies, tenant, release);
  const { hosts } = loaded.settings;
  return { hosts, database: database.name, mediaRoot, admin: { email: admin.email, passwordFile } };
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

interface Filling {
  readonly loaded: LoadedSettings;
  readonly of: ReleaseMigrations;
  readonly database: TenantDatabase;
  readonly identity: Identity;
  readonly admin: PlannedAdmin;
}

/** The schema, then what the application needs to be usable. */
async function fill(
  dependencies: Dependencies,
  { loaded, of, database, identity, admin }: Filling,
): Promise<void> {
  const { application, hashes } = of;
  const { applied } = await migrateDatabase({
    ...{ db: database, identity, migrations: application.migrations, hashes },
    lockWaitMs: 10_000,
    signal: dependencies.signal,
  });
  if (applied.length > 0) dependencies.report.done(`${applied.length} migrations`);
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
