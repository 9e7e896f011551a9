import type { Connection } from './connect.js';
import { DatabaseLocked, MigrationInterrupted } from './errors.js';
import { lockHolder, lockKeys, takeLock } from './locks.js';
import type { MigrationWork } from './migrate-input.js';

/**
 * Keeps everybody else from migrating this database for as long as the connection lives.
 * @throws DatabaseLocked (75) when it was not free in time, MigrationInterrupted (130).
 */
export async function lockForMigration(
  connection: Connection,
  { db, identity: { tenant }, lockWaitMs: waitMs, signal }: MigrationWork,
): Promise<void> {
  if (await takeLock(connection, lockKeys.migrate, { waitMs, signal })) return;
  if (signal?.aborted) {
    throw new MigrationInterrupted(
      `${tenant}: stopped while waiting for another migration. Nothing was written.`,
      { tenant },
    );
  }
  const holder = await lockHolder(connection, lockKeys.migrate);
  throw new DatabaseLocked(`${tenant}: database "${db.name}" is being migrated by ${holder}.`, {
    tenant,
    hint: 'Wait for it to end, or give this command more time with --lock-wait.',
  });
}
