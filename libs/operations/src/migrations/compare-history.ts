import { connectAs, readProvenState } from '#libs/database';
import type { ReachedTenant } from './fleet-databases.js';

/** What a tenant's database has gone through, beside what a release knows. */
export interface ComparedHistory {
  /** Of the release, and not applied. */
  readonly missing: readonly string[];
  /** Applied, unknown to the release, and not only adding: what it may use is gone. Oldest first. */
  readonly contracting: readonly string[];
  /** All that was applied, oldest first. */
  readonly order: readonly string[];
}

/** Reads as the runtime role. Throws WrongIdentity (78) for another tenant's database. */
export async function compareHistory({ db, identity, of }: ReachedTenant): Promise<ComparedHistory> {
  const connection = await connectAs(db, 'runtime');
  try {
    const { history, order } = await readProvenState(connection, identity);
    const known = new Set(of.described.map(({ name }) => name));
    const kinds = new Map(history.map(({ name, kind }) => [name, kind]));
    return {
      missing: [...known].filter((name) => !kinds.has(name)),
      contracting: order.filter((name) => !known.has(name) && kinds.get(name) !== 'expand'),
      order,
    };
  } finally {
    await connection.end();
  }
}
