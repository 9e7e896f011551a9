import { TenantryError } from '#libs/settings';
import type { Identity, TenantDatabase } from '../addresses.js';
import { connectAs, type Connection, using } from '../connect.js';
import { readHistory } from '../history.js';
import { readStamp } from '../stamp.js';
import { type DatabaseAccess, readAccess } from './database-access.js';

/** What was found in a tenant's database. */
export interface Inspection {
  /** Why the tenant's process could not log in; the admin has looked then. */
  readonly login: TenantryError | undefined;
  /** Why nobody could migrate it as its owner role. */
  readonly ownerLogin: TenantryError | undefined;
  readonly access: DatabaseAccess;
  readonly stamp: Identity | undefined;
  /** The applied migrations, oldest first. */
  readonly history: Awaited<ReturnType<typeof readHistory>>;
}

/**
 * Looks into a database as its runtime role does when a process starts, and as the admin where that role cannot. Its
 * roles must be there. Writes nothing.
 */
export async function inspectDatabase(db: TenantDatabase): Promise<Inspection> {
  const ownerLogin = await using(connectAs(db, 'owner'), async () => undefined).catch(asLoginError);
  const runtime = await connectAs(db, 'runtime').catch(asLoginError);
  if (runtime instanceof TenantryError) {
    const found = await using(connectAs(db, 'admin'), (admin) => lookAround(admin, db));
    return { ownerLogin, login: runtime, ...found };
  }
  return using(Promise.resolve(runtime), async (connection) => {
    const access = await readAccess(connection, db);
    const isHidden = access.closed.length > 0 || access.unreadable.length > 0;
    const inside = isHidden
      ? await using(connectAs(db, 'admin'), readContent)
      : await readContent(connection);
    return { ownerLogin, login: undefined, access, ...inside };
  });
}

async function lookAround(
  connection: Connection,
  db: TenantDatabase,
): Promise<Omit<Inspection, 'login' | 'ownerLogin'>> {
  return { access: await readAccess(connection, db), ...(await readContent(connection)) };
}

async function readContent(connection: Connection): Promise<Pick<Inspection, 'stamp' | 'history'>> {
  return { stamp: await readStamp(connection), history: await readHistory(connection) };
}

function asLoginError(error: unknown): TenantryError {
  if (error instanceof TenantryError) return error;
  throw error;
}
