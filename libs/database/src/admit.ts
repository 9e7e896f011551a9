import type { Identity, TenantDatabase } from './addresses.js';
import { connectAs, connectServer, type Connection, using } from './connect.js';
import { describeServer } from './connection-error.js';
import { DatabaseLocked, DatabaseNotOurs, NoSuchDatabase } from './errors.js';
import { lockHolder, lockKeys, takeLock } from './locks.js';
import { withNameLock } from './name-lock.js';
import { quoteIdentifier } from './quote.js';
import { findServerObjects, isSame } from './server-objects.js';
import { proveDatabase } from './stamp.js';
import { runAll } from './transaction.js';

/** A migration that is just ending may do so. */
const lockWaitMs = 2000;

/**
 * Lets nobody but the admin into a tenant's database: neither of its roles may log in, and who is in is put out. Can be
 * repeated.
 * @throws WrongIdentity, NoSuchDatabase, DatabaseNotOurs when it is not this tenant's, DatabaseLocked while it is being
 * migrated. Nothing was changed then.
 */
export async function closeDatabase(db: TenantDatabase, identity: Identity): Promise<void> {
  await using(connectServer(db.server), (admin) =>
    withNameLock(admin, db, async () => {
      await requireOurs(admin, db, identity);
      await using(connectAs(db, 'admin'), async (inside) => {
        await proveDatabase(inside, identity);
        await refuseMigrating(inside, db, identity);
        await runAll(admin, loginSql(db, 'NOLOGIN'));
        await endSessions(inside);
      });
    }),
  );
}

/** Lets the tenant's two roles in again. Can be repeated. Throws as `closeDatabase`. */
export async function openDatabase(db: TenantDatabase, identity: Identity): Promise<void> {
  await using(connectServer(db.server), (admin) =>
    withNameLock(admin, db, async () => {
      await requireOurs(admin, db, identity);
      await runAll(admin, loginSql(db, 'LOGIN'));
    }),
  );
}

function loginSql({ ownerRole, runtimeRole }: TenantDatabase, login: 'LOGIN' | 'NOLOGIN'): string[] {
  return [ownerRole, runtimeRole].map((role) => `ALTER ROLE ${quoteIdentifier(role)} ${login}`);
}

/** That the database and both roles are there, and carry the tenant's mark. */
export async function requireOurs(admin: Connection, db: TenantDatabase, identity: Identity): Promise<void> {
  const found = await findServerObjects(admin, db);
  for (const name of [db.name, db.ownerRole, db.runtimeRole]) {
    const kind = name === db.name ? 'database' : 'role';
    const object = found.find((each) => each.kind === kind && each.name === name);
    const where = `${describeServer(db.server)}: ${kind} "${name}"`;
    const { tenant } = identity;
    if (object === undefined) throw new NoSuchDatabase(`${where}: there is none.`, { tenant });
    if (!isSame(object.mark, identity)) {
      throw new DatabaseNotOurs(`${where} was not made for ${tenant}. Nothing was changed.`, { tenant });
    }
  }
}

async function refuseMigrating(
  inside: Connection,
  { name }: TenantDatabase,
  { tenant }: Identity,
): Promise<void> {
  if (await takeLock(inside, lockKeys.migrate, { waitMs: lockWaitMs })) return;
  const holder = await lockHolder(inside, lockKeys.migrate);
  throw new DatabaseLocked(`${tenant}: database "${name}" is being migrated by ${holder}.`, {
    tenant,
    hint: 'Wait for it to end, then try again.',
  });
}

async function endSessions(inside: Connection): Promise<void> {
  await inside.query(
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
  );
}
