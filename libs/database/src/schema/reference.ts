import type { MigrationClass } from '#libs/settings';
import type { ServerAddress } from '../addresses.js';
import { connectAs, using } from '../connect.js';
import { migrateDatabase } from '../migrate.js';
import { withScratchDatabase } from '../scratch.js';
import { compareSchemas, type SchemaChange } from './compare-schemas.js';
import { readSchema } from './read-schema.js';
import type { SchemaDescription } from './schema-object.js';

/** What these migrations make of an empty database on the server, found out in a scratch database. */
export function describeReference(
  server: ServerAddress,
  migrations: readonly MigrationClass[],
): Promise<SchemaDescription> {
  return withScratchDatabase(server, async (db, identity) => {
    await migrateDatabase({ db, identity, migrations, lockWaitMs: 1000 });
    return using(connectAs(db, 'runtime'), (connection) => readSchema(connection, db));
  });
}

/** Migrations taken back to the first leave their table, and a tenant that never had one has none: both are right. */
const historyTable = /^(table|sequence) public\.migrations(_id_seq)?$/;

/** How a tenant's schema differs from the reference. */
export function differenceFrom(reference: SchemaDescription, schema: SchemaDescription): SchemaChange[] {
  const table = 'table public.migrations';
  if (reference.has(table) === schema.has(table)) return compareSchemas(schema, reference);
  return compareSchemas(withoutHistory(schema), withoutHistory(reference));
}

function withoutHistory(schema: SchemaDescription): SchemaDescription {
  const others = [...schema].filter(
    ([id, { within }]) => !historyTable.test(id) && !historyTable.test(within ?? ''),
  );
  return new Map(others);
}
