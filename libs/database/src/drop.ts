import type { Identity, TenantDatabase } from './addresses.js';
import { connectAs, connectServer, type Connection, using } from './connect.js';
import { describeServer } from './connection-error.js';
import { DropFailed, NoSuchDatabase } from './errors.js';
import { withNameLock } from './name-lock.js';
import { errorText, safeCause } from './postgres-error.js';
import { quoteIdentifier } from './quote.js';
import { findServerObjects, isSame, type ServerObject } from './server-objects.js';
import { proveDatabase } from './stamp.js';

/**
 * Drops a tenant's database, with whatever is connected to it, and the roles that were made with it. Can be
 * called again after it was interrupted.
 * @throws WrongIdentity when the stamp is another's; NoSuchDatabase when there is nothing left to drop.
 */
export async function dropTenantDatabase(db: TenantDatabase, identity: Identity): Promise<void> {
  await using(connectServer(db.server), (admin) =>
    withNameLock(admin, db, async () => {
      const objects = await findServerObjects(admin, db);
      const hasDatabase = objects.some(({ kind }) => kind === 'database');
      const roles = objects.filter(({ kind, mark }) => kind === 'role' && isSame(mark, identity));
      if (!hasDatabase && roles.length === 0) throw nothingThere(db);
      if (hasDatabase) {
        await using(connectAs(db, 'admin'), (inside) => proveDatabase(inside, identity));
        await dropDatabase(admin, db);
      }
      await dropRoles(admin, db, roles);
    }),
  );
}

// Connections are refused first: a pool would come back between being ended and the drop.
async function dropDatabase(admin: Connection, db: TenantDatabase): Promise<void> {
  const database = quoteIdentifier(db.name);
  const roles = `${quoteIdentifier(db.ownerRole)}, ${quoteIdentifier(db.runtimeRole)}`;
  await admin.query(`REVOKE CONNECT ON DATABASE ${database} FROM ${roles}`);
  try {
    await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
  } catch (error) {
    await admin.query(`GRANT CONNECT ON DATABASE ${database} TO ${roles}`).catch(() => {});
    throw dropFailed(`database "${db.name}"`, db, error);
  }
}

async function dropRoles(
  admin: Connection,
  db: TenantDatabase,
  roles: readonly ServerObject[],
): Promise<void> {
  for (const { name } of roles) {
    try {
      await admin.query(`DROP ROLE ${quoteIdentifier(name)}`);
    } catch (error) {
      throw dropFailed(`role "${name}"`, db, error);
    }
  }
}

function dropFailed(what: string, db: TenantDatabase, error: unknown): DropFailed {
  return new DropFailed(
    `${describeServer(db.server)}: ${what} could not be dropped: ${errorText(error, [])}.`,
    {
      cause: safeCause(error, []),
      hint: 'Remove what the message names, then drop again: what is done already is skipped.',
    },
  );
}

function nothingThere(db: TenantDatabase): NoSuchDatabase {
  return new NoSuchDatabase(
    `${describeServer(db.server)}: there is no database "${db.name}" and none of its roles.`,
    {
      hint: 'It may have been dropped before.',
    },
  );
}
