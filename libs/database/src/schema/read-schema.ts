import { createHash } from 'node:crypto';
import type { TenantDatabase } from '../addresses.js';
import type { Connection } from '../connect.js';
import { catalogSql } from './catalog-sql.js';
import { idOf, type SchemaDescription, type SchemaObject } from './schema-object.js';

/** Whose names the description leaves out. */
export type DescribedDatabase = Pick<TenantDatabase, 'server' | 'ownerRole' | 'runtimeRole'>;

/**
 * Describes the schema of the database that the connection leads to, so that two which were made alike are described
 * alike, whatever their names, roles and oids. Any role may ask; writes nothing. Left out are comments, statistics,
 * publications and foreign servers: nothing that migrations or queries depend on.
 */
export async function readSchema(
  connection: Connection,
  { server, ownerRole, runtimeRole }: DescribedDatabase,
): Promise<SchemaDescription> {
  await connection.query(`BEGIN READ ONLY; SET LOCAL search_path = ''; SET LOCAL jit = off`);
  try {
    const { rows } = await connection.query<SchemaObject>(catalogSql, [ownerRole, runtimeRole, server.user]);
    return new Map(rows.map((object) => [idOf(object), object]));
  } finally {
    await connection.query('ROLLBACK').catch(() => {});
  }
}

/** Equal for schemas between which there is no difference. */
export function fingerprintOf(schema: SchemaDescription): string {
  const lines = [...schema].map(([id, { facts }]) => `${id} ${factsText(facts)}`).toSorted();
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

/** Postgres keeps the keys of jsonb in an order of its own, so equal facts are equal text. */
export function factsText(facts: SchemaObject['facts']): string {
  return JSON.stringify(facts);
}
