import { existsSync } from 'node:fs';
import type { LoadedSettings } from '#libs/settings';
import {
  hasCommitted,
  type Identity,
  migrateDatabase,
  setUpDatabase,
  type TenantConnections,
  type TenantDatabase,
} from '#libs/database';
import type { Dependencies } from '../dependencies.js';
import type { ReleaseMigrations } from '../migrations/fleet-databases.js';
import type { EarlySetUp } from './early-set-up.js';
import { readIntent, writeIntent } from './creation-intent.js';
import { firstAdminFile, type PlannedAdmin, writeFirstAdmin } from './first-admin.js';

export interface Filling {
  readonly loaded: LoadedSettings;
  readonly of: ReleaseMigrations;
  readonly database: TenantDatabase;
  readonly connections: TenantConnections;
  readonly identity: Identity;
  readonly admin: PlannedAdmin;
  readonly setUp: EarlySetUp;
}

/**
 * The schema, as far as a clone has it not already, then what the application needs to be usable. Answers where the
 * first admin's password is, if it was made up.
 */
export async function fillDatabase(dependencies: Dependencies, filling: Filling): Promise<string | null> {
  const { of, database, connections, identity } = filling;
  const { applied } = await migrateDatabase({
    ...{ db: database, connections, identity, migrations: of.application.migrations, hashes: of.hashes },
    lockWaitMs: 10_000,
    signal: dependencies.signal,
  });
  if (applied.length > 0) dependencies.report.done(`${applied.length} migrations`);
  const passwordFile = await setUp(dependencies, filling);
  dependencies.report.done(`first admin ${filling.admin.email}`);
  return passwordFile;
}

/** Once: of a creation that was cut off here, Postgres knows whether it had come through. */
async function setUp({ home: { paths } }: Dependencies, filling: Filling): Promise<string | null> {
  const { database, connections, admin } = filling;
  const { tenant } = filling.loaded;
  const intent = readIntent(paths, tenant);
  if (intent?.setUp !== undefined && (await hasCommitted(database, intent.setUp))) {
    const file = firstAdminFile(paths, tenant);
    return existsSync(file) ? file : null;
  }
  // Before the account is made, or nobody would know its password after a crash.
  const passwordFile = writeFirstAdmin(paths, tenant, admin);
  await setUpDatabase({ db: database, connections }, async (db, transaction) => {
    if (intent?.keep === true) writeIntent(paths, tenant, { ...intent, setUp: transaction });
    await filling.setUp.finish(db);
  });
  return passwordFile;
}
