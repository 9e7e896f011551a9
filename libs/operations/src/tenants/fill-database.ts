import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedSettings } from '#libs/settings';
import {
  hasCommitted,
  type Identity,
  migrateDatabase,
  setUpDatabase,
  type TenantDatabase,
} from '#libs/database';
import { MediaStorage } from '#libs/media';
import type { Dependencies } from '../dependencies.js';
import type { ReleaseMigrations } from '../migrations/fleet-databases.js';
import { readIntent, writeIntent } from './creation-intent.js';
import { firstAdminFile, type PlannedAdmin, writeFirstAdmin } from './first-admin.js';

export interface Filling {
  readonly loaded: LoadedSettings;
  readonly of: ReleaseMigrations;
  readonly database: TenantDatabase;
  readonly identity: Identity;
  readonly admin: PlannedAdmin;
}

/**
 * The schema, as far as a clone has it not already, then what the application needs to be usable. Answers where the
 * first admin's password is, if it was made up.
 */
export async function fillDatabase(dependencies: Dependencies, filling: Filling): Promise<string | null> {
  const { of, database, identity } = filling;
  const { applied } = await migrateDatabase({
    ...{ db: database, identity, migrations: of.application.migrations, hashes: of.hashes },
    lockWaitMs: 10_000,
    signal: dependencies.signal,
  });
  if (applied.length > 0) dependencies.report.done(`${applied.length} migrations`);
  const passwordFile = await setUp(dependencies, filling);
  dependencies.report.done(`first admin ${filling.admin.email}`);
  return passwordFile;
}

/** Once: of a creation that was cut off here, Postgres knows whether it had come through. */
async function setUp(
  { home: { paths } }: Dependencies,
  { loaded, database, admin }: Filling,
): Promise<string | null> {
  const { tenant, application } = loaded;
  const intent = readIntent(paths, tenant);
  if (intent?.setUp !== undefined && (await hasCommitted(database, intent.setUp))) {
    const file = firstAdminFile(paths, tenant);
    return existsSync(file) ? file : null;
  }
  // Before the account is made, or nobody would know its password after a crash.
  const passwordFile = writeFirstAdmin(paths, tenant, admin);
  const seedDir = join(paths.tenants, tenant, 'seed');
  const { email, password } = admin;
  await setUpDatabase(database, async (db, transaction) => {
    if (intent?.keep === true) writeIntent(paths, tenant, { ...intent, setUp: transaction });
    await application.setUp?.({
      ...{ db, media: storageOf(loaded), admin: { email, password } },
      seedDir: existsSync(seedDir) ? seedDir : undefined,
    });
  });
  return passwordFile;
}

function storageOf({ settings }: LoadedSettings): MediaStorage {
  const { root, quota: quotaBytes } = settings.media;
  return new MediaStorage({ root, quotaBytes, uploadLimitBytes: settings.upload.limit });
}
