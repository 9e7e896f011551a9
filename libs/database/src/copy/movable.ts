import { RefusedError } from '#libs/settings';
import type { ServerAddress, TenantDatabase } from '../addresses.js';
import { connectAs, connectServer, using } from '../connect.js';
import { describeServer } from '../connection-error.js';
import { systemOf } from '../pooler.js';
import { hasLargeObjects } from './tables.js';

export class NotMovable extends RefusedError {
  override readonly code = 'NOT_MOVABLE';
}

/** Throws NotMovable (exit 4) where a database has what rows do not tell. */
export async function requireMovable(db: TenantDatabase, tenant: string): Promise<void> {
  if (!(await using(connectAs(db, 'admin'), hasLargeObjects))) return;
  throw new NotMovable(`${tenant}: database "${db.name}" has large objects, which are not copied.`, {
    tenant,
    hint: 'Move what they hold into a column of type bytea, or into the media root.',
  });
}

/**
 * That two servers are not one under two names, where a copy would remove what it copies.
 * @throws NotMovable (exit 4)
 */
export async function requireOtherServer(from: ServerAddress, to: ServerAddress): Promise<void> {
  if ((await using(connectServer(from), systemOf)) !== (await using(connectServer(to), systemOf))) return;
  throw new NotMovable(
    `${describeServer(to)} and ${describeServer(from)} are one and the same. Nothing was changed.`,
    {
      hint: 'Look at postgres.servers in tenantry.yaml.',
    },
  );
}
