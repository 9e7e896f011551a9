import {
  checkSchema,
  connectAs,
  migrationNames,
  proveDatabase,
  type RuntimeLogin,
  workingPassword,
} from '#libs/database';
import { proveMediaRoot } from '#libs/media';
import { type Application, serverAddress, SettingsError } from '#libs/settings';

import type { Tenant } from './tenant.js';

export interface Proof {
  /** Name of the newest migration, null without any. */
  readonly schemaHead: string | null;
  readonly login: RuntimeLogin;
}

export class NoRuntimePassword extends SettingsError {
  override readonly code = 'NO_RUNTIME_PASSWORD';
}

export class SchemaMismatch extends SettingsError {
  override readonly code = 'SCHEMA_MISMATCH';
}

/**
 * Proves that database and media root are this tenant's, and one pair, and that the schema is the one this release
 * was written for. Only reads; throws before anything of the application has run.
 */
export async function prove(tenant: Tenant, application: Application): Promise<Proof> {
  const login = await currentLogin(tenant);
  const names = migrationNames(application.migrations);
  const connection = await connectAs(login, 'runtime');
  try {
    const identity = await proveDatabase(connection, { tenant: tenant.name });
    await proveMediaRoot(tenant.settings.media.root, identity);
    refuseOtherSchema(tenant, await checkSchema(connection, names));
  } finally {
    await connection.end();
  }
  return { login, schemaHead: names.at(-1) ?? null };
}

/**
 * The login as the files have it now. While a password is rotated they have two, and the server knows which is its own;
 * where they cannot be read, what was read at the start still may serve.
 */
export async function currentLogin(tenant: Tenant, known?: RuntimeLogin): Promise<RuntimeLogin> {
  try {
    const database = tenant.rereadDatabase();
    const login = loginOf(tenant, database);
    const next = database.runtimePasswordNext;
    return next === undefined ? login : { ...login, runtimePassword: await workingPassword(login, next) };
  } catch (error) {
    if (known === undefined) throw error;
    return known;
  }
}

function loginOf({ name, home }: Tenant, database: Tenant['settings']['database']): RuntimeLogin {
  if (database.runtimePassword === undefined) {
    throw new NoRuntimePassword(`${name}: database.runtimePassword: expected a password, found none.`, {
      tenant: name,
      hint: `Create it with \`tenantry tenant create ${name}\`.`,
    });
  }
  const { host, port, ssl, name: server } = serverAddress(home, database.server);
  return {
    // Not the address as a whole: it carries the login that creates databases.
    server: { name: server, host, port, ssl },
    name: database.name,
    runtimeRole: database.runtimeRole,
    runtimePassword: database.runtimePassword,
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
