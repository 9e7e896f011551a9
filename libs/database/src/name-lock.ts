import type { TenantDatabase } from './addresses.js';
import type { Connection } from './connect.js';
import { DatabaseLocked } from './errors.js';
import { databaseNameKey, isHeldElsewhere, lockHolder, type LockWait, takeLock } from './locks.js';

const waitMs = 2000;

/** Lets one caller at a time make or drop the database of this name on this server. */
export async function withNameLock<Result>(
  admin: Connection,
  db: TenantDatabase,
  work: () => Promise<Result>,
): Promise<Result> {
  const key = await databaseNameKey(admin, db.name);
  // Given back by closing the connection, which happens even when we are killed.
  if (await takeLock(admin, key, { waitMs })) return work();
  throw new DatabaseLocked(
    `database "${db.name}" is being made or dropped by ${await lockHolder(admin, key)}.`,
    {
      hint: 'Wait for it to end, then try again.',
    },
  );
}

/**
 * Claims a name of ours for as long as the connection lives: of a scratch database or a template, which a killed
 * command leaves without a claim. `false` when somebody else has it.
 */
export async function claimName(admin: Connection, name: string, wait: LockWait): Promise<boolean> {
  const key = await databaseNameKey(admin, `${name} in use`);
  return (await takeLock(admin, key, wait)) && !(await isHeldElsewhere(admin, key));
}
