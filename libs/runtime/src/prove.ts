import { DataSource } from 'typeorm';

import {
  checkSchema,
  connectAs,
  limitStatements,
  migrationNames,
  type PasswordSource,
  proveDatabase,
  runtimeDataSourceOptions,
  type RuntimeLogin,
} from '#libs/database';
import { proveMediaRoot } from '#libs/media';
import { SettingsError } from '#libs/settings';

import { currentLogin, firstLogin } from './login.js';
import type { TenantApplication } from './tenant-application.js';
import type { Tenant } from './tenant.js';

/** What is left of proving: a pool that leads to this tenant's database, and what it found there. */
export interface Proof {
  /** Initialised. */
  readonly dataSource: DataSource;
  /** Name of the newest migration, null without any. */
  readonly schemaHead: string | null;
}

export class SchemaMismatch extends SettingsError {
  override readonly code = 'SCHEMA_MISMATCH';
}

/**
 * Proves that database and media root are this tenant's, and one pair, and that the schema is the one this release
 * was written for. Only reads until that is sure; throws before anything of the application has run.
 *
 * Asks through the application's own pool: its first connection is then the one that was proved, and a start needs no
 * other.
 */
export async function prove(tenant: Tenant, app: TenantApplication): Promise<Proof> {
  const names = migrationNames(app.application.migrations);
  const login = await firstLogin(tenant);
  const dataSource = await connect(login, tenant, app);
  try {
    const identity = await proveDatabase(dataSource, { tenant: tenant.name });
    await proveMediaRoot(tenant.settings.media.root, identity);
    refuseOtherSchema(tenant, await checkSchema(dataSource, names));
    // From here on it is known to be ours: this writes.
    if (login.server.pooler !== undefined) {
      await limitStatements(dataSource, tenant.settings.database.statementTimeout);
    }
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
  return { dataSource, schemaHead: names.at(-1) ?? null };
}

async function connect(login: RuntimeLogin, tenant: Tenant, app: TenantApplication): Promise<DataSource> {
  const options = runtimeDataSourceOptions(login, tenant.settings.database, passwordOf(tenant, login));
  const dataSource = new DataSource({ ...options, entities: [...app.entities] });
  try {
    return await dataSource.initialize();
  } catch (error) {
    // TypeORM hands on what pg said; the same login once more puts it into words, if it was the login.
    await (await connectAs(login, 'runtime')).end();
    throw error;
  }
}

/** Read anew for each connection but the first, which comes right after the settings. */
function passwordOf(tenant: Tenant, login: RuntimeLogin): PasswordSource {
  let known = login;
  let isFirst = true;
  return async () => {
    if (!isFirst) known = await currentLogin(tenant, known);
    isFirst = false;
    return known.runtimePassword;
  };
}

function refuseOtherSchema(tenant: Tenant, found: Awaited<ReturnType<typeof checkSchema>>): void {
  if (found === 'current') return;
  const { name, release } = tenant;
  const [unknown] = found.unknown;
  if (unknown !== undefined) {
    throw new SchemaMismatch(
      `${name}: the database is newer than release ${release.id}: ${counted(found.unknown)} it does not know, such as ${unknown}.`,
      { tenant: name, hint: 'Start it on the release that migrated it.' },
    );
  }
  throw new SchemaMismatch(
    `${name}: the database is older than release ${release.id}: ${counted(found.pending)} pending, beginning with ${found.pending[0]}.`,
    { tenant: name, hint: `Run \`tenantry migrate --tenant ${name}\`.` },
  );
}

function counted(names: readonly string[]): string {
  return `${names.length} ${names.length === 1 ? 'migration' : 'migrations'}`;
}
