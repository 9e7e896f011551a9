import type { TenantDatabase } from './addresses.js';
import { type EntityClass, withEntities } from './query-runner.js';

/** Statements that lead from the database's schema to the entities', and back, in the order in which they run. */
export interface SchemaDifference {
  readonly up: readonly string[];
  readonly down: readonly string[];
}

/** What TypeORM would change to make the schema fit the entities. Changes nothing. */
export async function schemaDifference(
  db: TenantDatabase,
  entities: readonly EntityClass[],
): Promise<SchemaDifference> {
  return withEntities(db, entities, async (source) => {
    const { upQueries, downQueries } = await source.driver.createSchemaBuilder().log();
    const down = downQueries.map(({ query }) => query).toReversed();
    return { up: upQueries.map(({ query }) => query), down };
  });
}
