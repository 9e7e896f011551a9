import { connectAs, connectServer, type Connection, type TenantDatabase } from '#libs/database';
import { testServer } from './test-postgres.js';

async function read<Row extends object>(
  connecting: Promise<Connection>,
  sql: string,
  values: unknown[],
): Promise<Row[]> {
  const connection = await connecting;
  try {
    return (await connection.query<Row>(sql, values)).rows;
  } finally {
    await connection.end();
  }
}

/** Databases and roles on the test server whose names begin so. */
export async function serverObjects(prefix: string): Promise<string[]> {
  const rows = await read<{ name: string }>(
    connectServer(testServer()),
    `SELECT 'database ' || datname AS name FROM pg_database WHERE starts_with(datname, $1)
     UNION ALL SELECT 'role ' || rolname FROM pg_roles WHERE starts_with(rolname, $1) ORDER BY 1`,
    [prefix],
  );
  return rows.map(({ name }) => name);
}

const everything = `
  SELECT 'relation ' || c.oid::regclass || ' ' || c.relkind::text || ' ' || coalesce(c.relacl::text, '') || ' ' || c.reltuples AS line
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  UNION ALL SELECT 'column ' || attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod)
    FROM pg_attribute WHERE attnum > 0 AND attrelid::regclass::text !~ '^(pg_|information_schema)'
  UNION ALL SELECT 'schema ' || nspname || ' ' || coalesce(nspacl::text, '') FROM pg_namespace
  UNION ALL SELECT 'default ' || defaclobjtype::text || ' ' || defaclacl::text FROM pg_default_acl
  UNION ALL SELECT 'stamp ' || tenant || ' ' || id FROM tenantry.stamp
  UNION ALL SELECT 'ledger ' || name || ' ' || applied_at FROM tenantry.ledger
  UNION ALL SELECT 'database ' || coalesce(datacl::text, '') || ' ' || coalesce(shobj_description(oid, 'pg_database'), '')
    FROM pg_database WHERE datname = current_database()
  ORDER BY 1`;

/** The whole of a tenant's database as text: equal before and after means that nothing was written. */
export async function catalogSnapshot(db: TenantDatabase): Promise<string[]> {
  const rows = await read<{ line: string }>(connectAs(db, 'admin'), everything, []);
  return rows.map(({ line }) => line);
}

/** How many connections to this database are open. */
export async function openConnections(database: string): Promise<number> {
  const rows = await read<{ count: number }>(
    connectServer(testServer()),
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`,
    [database],
  );
  return rows[0]?.count ?? 0;
}
