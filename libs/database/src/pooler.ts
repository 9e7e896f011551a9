import type { SqlRunner } from '#libs/settings';
import type { PoolerAddress, RuntimeLogin, ServerAddress } from './addresses.js';
import { connectAs, connectConsole, connectServer, type Connection, using } from './connect.js';
import { errorCode } from './postgres-error.js';
import { select } from './rows.js';

/** Has a PgBouncer read its configuration and its `auth_file` anew; open connections stay. */
export async function reloadPooler(pooler: PoolerAddress): Promise<void> {
  // Its console knows no parameters, and answers nothing but simple queries.
  await using(connectConsole(pooler), (console) => console.query('RELOAD'));
}

/** A PgBouncer's `pool_mode`, as its console tells it; that of single databases and users may differ. */
export async function readPoolMode(pooler: PoolerAddress): Promise<string | undefined> {
  const { rows } = await using(connectConsole(pooler), (console) =>
    console.query<{ key: string; value: string }>('SHOW CONFIG'),
  );
  return rows.find(({ key }) => key === 'pool_mode')?.value;
}

/** Whether a tenant's login leads to the same server through its pooler as without it. */
export async function leadsTo(login: RuntimeLogin, server: ServerAddress): Promise<boolean> {
  const [behind, itself] = await Promise.all([
    using(connectAs(login, 'runtime'), systemOf),
    using(connectServer(server), systemOf),
  ]);
  return behind === itself;
}

/** By which a server is told from every other; a copy of its files keeps it. */
export async function systemOf(connection: Connection): Promise<string> {
  const { rows } = await connection.query<{ id: string }>(
    'SELECT system_identifier::text AS id FROM pg_control_system()',
  );
  return rows[0]?.id ?? '';
}

/** What Postgres says when two change one row of a catalog at once. */
const internalError = 'XX000';

/**
 * Makes a time limit a setting of the role that is logged in: through a pooler it cannot come with each connection.
 * Connections that the pooler has open already keep their own until it replaces them.
 */
export async function limitStatements(connection: SqlRunner, timeoutMs: number): Promise<void> {
  const setting = `statement_timeout=${Math.trunc(timeoutMs)}`;
  const sql = 'SELECT $1 = ANY (rolconfig) AS known FROM pg_roles WHERE rolname = current_user';
  const [role] = await select<{ known: boolean | null }>(connection, sql, [setting]);
  if (role?.known === true) return;
  try {
    await connection.query(`ALTER ROLE CURRENT_USER SET ${setting}`);
  } catch (error) {
    // Another worker of the tenant, which sets the same.
    if (errorCode(error) !== internalError) throw error;
  }
  await connection.query(`SET ${setting}`);
}
