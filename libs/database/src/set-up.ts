import type { SqlRunner } from '#libs/settings';
import type { ExpectedIdentity, RuntimeLogin } from './addresses.js';
import { connectAs, using } from './connect.js';
import { select } from './rows.js';
import { proveDatabase } from './stamp.js';
import { inTransaction } from './transaction.js';

/**
 * Runs `work` as the runtime role in one transaction, by whose id `hasCommitted` tells later whether it came through;
 * with `expected`, after proving whose database it is.
 */
export function setUpDatabase(
  db: RuntimeLogin,
  work: (sql: SqlRunner, transaction: string) => Promise<void>,
  expected?: ExpectedIdentity,
): Promise<void> {
  return using(connectAs(db, 'runtime'), async (connection) => {
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
