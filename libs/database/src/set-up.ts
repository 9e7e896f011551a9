import type { SqlRunner } from '#libs/settings';
import type { ExpectedIdentity, RuntimeLogin } from './addresses.js';
import { connectAs, using } from './connect.js';
import { select } from './rows.js';
import { proveDatabase } from './stamp.js';
import { inTransaction } from './transaction.js';

/** Runs `work` as the runtime role in one transaction; with `expected`, after proving whose database it is. */
export function setUpDatabase(
  db: RuntimeLogin,
  work: (sql: SqlRunner) => Promise<void>,
  expected?: ExpectedIdentity,
): Promise<void> {
  return using(connectAs(db, 'runtime'), async (connection) => {
    if (expected !== undefined) await proveDatabase(connection, expected);
    const sql: SqlRunner = { query: (text, parameters) => select(connection, text, parameters) };
    await inTransaction(connection, () => work(sql));
  });
}
