import { pipeline } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { TenantDatabase } from '../addresses.js';
import { connectAs, type Connection, using } from '../connect.js';
import { CopyFailed } from '../errors.js';
import { errorText } from '../postgres-error.js';
import { runAll } from '../transaction.js';
import { type CopiedTable, listMaterializedViews, listSequences, listTables } from './tables.js';

/**
 * Fills the tables of one database with the rows of another that has the same schema; what was in them goes. Nobody else
 * may write to either. Can be repeated. `report` is told of each table that is done.
 * @throws CopyFailed
 */
export async function copyRows(
  from: TenantDatabase,
  to: TenantDatabase,
  report: (table: string, rows: number) => void,
): Promise<void> {
  await using(connectAs(from, 'admin'), (source) =>
    using(connectAs(to, 'admin'), async (target) => {
      const tables = await listTables(source);
      await listTables(target);
      const restore = await withoutTriggers(target, tables);
      await empty(target, tables);
      for (const table of tables) report(table.name, await copyTable(source, target, table));
      await copySequences(source, target);
      for (const view of await listMaterializedViews(target)) {
        await target.query(`REFRESH MATERIALIZED VIEW ${view}`);
      }
      await restore();
    }),
  );
}

/**
 * What triggers did is in the rows already. A superuser switches all of them off for this connection, foreign keys too;
 * whoever is none, those that are written by hand: then tables that need each other in a circle cannot be filled.
 */
async function withoutTriggers(
  target: Connection,
  tables: readonly CopiedTable[],
): Promise<() => Promise<void>> {
  const { rows } = await target.query<{ super: boolean }>(
    'SELECT rolsuper AS super FROM pg_roles WHERE rolname = current_user',
  );
  if (rows[0]?.super === true) {
    await target.query('SET session_replication_role = replica');
    return () => Promise.resolve();
  }
  const own = tables.filter(({ name }) => !name.startsWith('tenantry.'));
  const all = (what: 'DISABLE' | 'ENABLE') =>
    runAll(
      target,
      own.map(({ name }) => `ALTER TABLE ${name} ${what} TRIGGER USER`),
    );
  await all('DISABLE');
  return () => all('ENABLE');
}

async function empty(target: Connection, tables: readonly CopiedTable[]): Promise<void> {
  if (tables.length > 0) await target.query(`TRUNCATE ${tables.map(({ name }) => name).join(', ')}`);
}

async function copyTable(source: Connection, target: Connection, table: CopiedTable): Promise<number> {
  const columns = table.columns.length > 0 ? ` (${table.columns.join(', ')})` : '';
  const rows = source.query(copyTo(`COPY ${table.name}${columns} TO STDOUT`));
  const into = target.query(copyFrom(`COPY ${table.name}${columns} FROM STDIN`));
  try {
    await pipeline(rows, into);
    return into.rowCount;
  } catch (error) {
    throw new CopyFailed(`table ${table.name}: its rows could not be copied: ${errorText(error, [])}.`, {
      cause: error,
    });
  }
}

async function copySequences(source: Connection, target: Connection): Promise<void> {
  for (const { name, last } of await listSequences(source)) {
    if (last === null) await target.query(`ALTER SEQUENCE ${name} RESTART`);
    else await target.query('SELECT setval($1::regclass, $2::bigint)', [name, last]);
  }
}
