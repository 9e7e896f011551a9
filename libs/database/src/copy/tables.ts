import type { Connection } from '../connect.js';
import { quoteIdentifier } from '../quote.js';

/** A table with rows of its own. */
export interface CopiedTable {
  /** Quoted, with its schema. */
  readonly name: string;
  /** Quoted, sorted by name, so that both sides list them alike; those that are computed are left out. */
  readonly columns: readonly string[];
  /** Tables that its foreign keys lead to, other than itself. */
  readonly needs: readonly string[];
}

const systemSchemas = `n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'`;

const tablesSql = `
  SELECT n.nspname AS schema, c.relname AS table,
         coalesce((SELECT array_agg(a.attname::text ORDER BY a.attname COLLATE "C") FROM pg_attribute a
           WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''), '{}') AS columns,
         coalesce((SELECT array_agg(DISTINCT k.confrelid::regclass::text) FROM pg_constraint k
           WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid), '{}') AS needs,
         c.oid::regclass::text AS regclass
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind = 'r' AND ${systemSchemas}
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
   ORDER BY 1, 2`;

interface TableRow {
  readonly schema: string;
  readonly table: string;
  readonly columns: string[];
  readonly needs: string[];
  readonly regclass: string;
}

/** All tables but the stamp, which each database has to itself; those that others refer to come first. */
export async function listTables(connection: Connection): Promise<CopiedTable[]> {
  await connection.query(`SET search_path = ''`);
  const { rows } = await connection.query<TableRow>(tablesSql);
  const tables = rows
    .filter(({ schema, table }) => !(schema === 'tenantry' && table === 'stamp'))
    .map(({ columns, needs, regclass }) => ({
      name: regclass,
      columns: columns.map(quoteIdentifier),
      needs,
    }));
  return inOrder(tables);
}

/** Where tables need each other in a circle, the rest is as it was listed. */
function inOrder(tables: readonly CopiedTable[]): CopiedTable[] {
  const ordered: CopiedTable[] = [];
  let left = [...tables];
  while (left.length > 0) {
    const names = new Set(left.map(({ name }) => name));
    const free = left.filter(({ needs }) => needs.every((need) => !names.has(need)));
    const next = free.length > 0 ? free : left;
    ordered.push(...next);
    left = left.filter((table) => !next.includes(table));
  }
  return ordered;
}

export interface CopiedSequence {
  /** Quoted, with its schema. */
  readonly name: string;
  /** As text: it may be beyond what a number holds. Null where it was never used. */
  readonly last: string | null;
}

export async function listSequences(connection: Connection): Promise<CopiedSequence[]> {
  const { rows } = await connection.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'S' AND ${systemSchemas} ORDER BY 1`,
  );
  const sequences: CopiedSequence[] = [];
  for (const { name } of rows) {
    const found = await connection.query<{ last: string | null }>(
      `SELECT CASE WHEN is_called THEN last_value END::text AS last FROM ${name}`,
    );
    sequences.push({ name, last: found.rows[0]?.last ?? null });
  }
  return sequences;
}

export async function listMaterializedViews(connection: Connection): Promise<string[]> {
  const { rows } = await connection.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'm' AND ${systemSchemas} ORDER BY c.oid`,
  );
  return rows.map(({ name }) => name);
}

/** Large objects are in no table, and would be left behind. */
export async function hasLargeObjects(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query('SELECT FROM pg_largeobject_metadata LIMIT 1');
  return rows.length > 0;
}
