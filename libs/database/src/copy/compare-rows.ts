import type { TenantDatabase } from '../addresses.js';
import { connectAs, type Connection, using } from '../connect.js';
import { type CopiedTable, listSequences, listTables } from './tables.js';

/** What is in a table: how many rows, and a sum over all of them that does not depend on their order. */
export interface TableContent {
  readonly rows: string;
  readonly checksum: string;
}

/** A table or sequence in which two databases differ; null where one of them has none. */
export interface ContentDifference {
  readonly name: string;
  readonly from: TableContent | null;
  readonly to: TableContent | null;
}

/** Every table and sequence of both databases, read whole. Empty when their content is the same. */
export async function compareRows(from: TenantDatabase, to: TenantDatabase): Promise<ContentDifference[]> {
  const [one, other] = [await readContent(from), await readContent(to)];
  const names = [...new Set([...one.keys(), ...other.keys()])].toSorted();
  return names
    .map((name) => ({ name, from: one.get(name) ?? null, to: other.get(name) ?? null }))
    .filter((each) => each.from?.rows !== each.to?.rows || each.from?.checksum !== each.to?.checksum);
}

/** By table, and by sequence with its last value. */
export function readContent(db: TenantDatabase): Promise<ReadonlyMap<string, TableContent>> {
  return using(connectAs(db, 'admin'), async (connection) => {
    // Values are compared as text: the same on both sides.
    await connection.query(`SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'iso_8601';
      SET extra_float_digits = 3; SET bytea_output = 'hex'`);
    const content = new Map<string, TableContent>();
    for (const table of await listTables(connection))
      content.set(table.name, await contentOf(connection, table));
    for (const { name, last } of await listSequences(connection)) {
      content.set(name, { rows: '1', checksum: last ?? '' });
    }
    return content;
  });
}

async function contentOf(connection: Connection, { name, columns }: CopiedTable): Promise<TableContent> {
  const row = columns.length === 0 ? `''` : `ROW(${columns.join(', ')})::text`;
  const { rows } = await connection.query<TableContent>(
    `SELECT count(*)::text AS rows, coalesce(sum(hashtextextended(${row}, 0)::numeric), 0)::text AS checksum FROM ${name}`,
  );
  return rows[0] ?? { rows: '0', checksum: '0' };
}
