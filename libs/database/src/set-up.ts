import type { SqlRunner } from '#libs/settings';
import type { ExpectedIdentity, RuntimeLogin, TenantDatabase } from './addresses.js';
import { connectAs, using } from './connect.js';
import { select } from './rows.js';
import { proveDatabase } from './stamp.js';
import { type TenantConnections, withRole } from './tenant-connections.js';
import { inTransaction } from './transaction.js';

export interface SetUpTarget {
  readonly db: TenantDatabase;
  /** For a caller that has some open. */
  readonly connections?: TenantConnections | undefined;
  /** Whose database it has to be; proven first, where it is given. */
  readonly expected?: ExpectedIdentity | undefined;
}

/** Runs `work` as the runtime role in one transaction, by whose id `hasCommitted` tells later whether it came through. */
export function setUpDatabase(
  { db, connections, expected }: SetUpTarget,
  work: (sql: SqlRunner, transaction: string) => Promise<void>,
): Promise<void> {
  return withRole({ db, connections, role: 'runtime' }, async (connection) => {
    if (expected !== undefined) await proveDatabase(connection, expected);
    const sql: SqlRunner = { query: (text, parameters) => select(connection, text, parameters) };
    await inTransaction(connection, async () => {
      const [begun] = await select<{ id: string }>(connection, 'SELECT pg_current_xact_id()::text AS id');
      await work(sql, begun?.id ?? '');
    });
  });
}

/** Whether a transaction on the tenant's server was committed; false for one so old that the server has forgotten it. */
export function hasCommitted(db: RuntimeLogin, transaction: string): Promise<boolean> {
  return using(connectAs(db, 'runtime'), async (connection) => {
    const sql = 'SELECT pg_xact_status($1::xid8) AS status';
    const [row] = await select<{ status: string | null }>(connection, sql, [transaction]);
    return row?.status === 'committed';
  });
}
