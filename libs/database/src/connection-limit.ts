import type { SqlRunner } from '#libs/settings';
import type { Identity, ServerAddress, TenantDatabase } from './addresses.js';
import { connectServer, type Connection, using } from './connect.js';
import { withNameLock } from './name-lock.js';
import { quoteIdentifier } from './quote.js';
import { select } from './rows.js';
import { findServerObjects, isSame } from './server-objects.js';

/**
 * Lets the tenant's runtime role have so many connections, if it may have fewer; answers whether it had to. A higher
 * limit stays: the processes that made use of it may still run. So does "no limit", which somebody has chosen by hand,
 * and the limit of a role that was not made for this tenant.
 */
export async function raiseConnectionLimit(
  db: TenantDatabase,
  identity: Identity,
  connections: number,
): Promise<boolean> {
  return using(connectServer(db.server), async (admin) => {
    if (!isTooLow(await readConnectionLimit(admin, db), connections)) return false;
    return withNameLock(admin, db, () => raise(admin, { db, identity, connections }));
  });
}

interface Raising {
  readonly db: TenantDatabase;
  readonly identity: Identity;
  readonly connections: number;
}

async function raise(admin: Connection, { db, identity, connections }: Raising): Promise<boolean> {
  const objects = await findServerObjects(admin, db);
  const role = objects.find(({ kind, name }) => kind === 'role' && name === db.runtimeRole);
  if (role === undefined || !isSame(role.mark, identity)) return false;
  if (!isTooLow(await readConnectionLimit(admin, db), connections)) return false;
  const limit = Math.trunc(connections);
  await admin.query(`ALTER ROLE ${quoteIdentifier(db.runtimeRole)} CONNECTION LIMIT ${limit}`);
  return true;
}

/** Whether a limit that was read leaves no room for so many connections. */
export function isTooLow(limit: number | undefined, connections: number): boolean {
  return limit !== undefined && limit !== -1 && limit < connections;
}

/** Limits of all roles of a server that have one: of a fleet, each tenant would be asked for its own otherwise. */
export function readConnectionLimits(server: ServerAddress): Promise<ReadonlyMap<string, number>> {
  return using(connectServer(server), async (admin) => {
    const sql = 'SELECT rolname AS name, rolconnlimit AS "limit" FROM pg_roles WHERE rolconnlimit <> -1';
    const rows = await select<{ name: string; limit: number }>(admin, sql);
    return new Map(rows.map(({ name, limit }) => [name, limit]));
  });
}

/** How many connections the runtime role may have at once: -1 for any number, undefined without such a role. */
async function readConnectionLimit(
  connection: SqlRunner,
  { runtimeRole }: Pick<TenantDatabase, 'runtimeRole'>,
): Promise<number | undefined> {
  const sql = 'SELECT rolconnlimit AS "limit" FROM pg_roles WHERE rolname = $1';
  const [row] = await select<{ limit: number }>(connection, sql, [runtimeRole]);
  return row?.limit;
}
