import type { Secret } from '#libs/settings';
import type { Identity, RuntimeLogin, TenantDatabase } from './addresses.js';
import { connectAs, connectServer, using } from './connect.js';
import { describeServer } from './connection-error.js';
import { DatabaseNotOurs, PoolerRefused, WrongPassword } from './errors.js';
import { withNameLock } from './name-lock.js';
import { quoteIdentifier, quoteLiteral } from './quote.js';
import { scramVerifier } from './scram.js';
import { findServerObjects, isSame } from './server-objects.js';

/**
 * Gives one of the tenant's two roles a new password; open connections stay. Postgres gets its verifier only.
 * @throws DatabaseNotOurs when the role was not made for this tenant. Nothing was changed then.
 */
export async function setRolePassword(
  db: TenantDatabase,
  identity: Identity,
  change: { readonly role: 'owner' | 'runtime'; readonly password: Secret },
): Promise<void> {
  const role = change.role === 'owner' ? db.ownerRole : db.runtimeRole;
  const verifier = await scramVerifier(change.password);
  await using(connectServer(db.server), (admin) =>
    withNameLock(admin, db, async () => {
      const found = (await findServerObjects(admin, db)).find(
        (one) => one.kind === 'role' && one.name === role,
      );
      if (!found || !isSame(found.mark, identity)) throw notOurs(db, role, identity);
      await admin.query(`ALTER ROLE ${quoteIdentifier(role)} PASSWORD ${quoteLiteral(verifier)}`);
    }),
  );
}

/**
 * Which of two passwords a role has, where a rotation was interrupted or is under way: `next` if the server takes it,
 * else the one in `db`.
 */
export async function workingPassword(db: RuntimeLogin, next: Secret): Promise<Secret> {
  try {
    await using(connectAs({ ...db, runtimePassword: next }, 'runtime'), async () => {});
    return next;
  } catch (error) {
    if (error instanceof WrongPassword || error instanceof PoolerRefused) return db.runtimePassword;
    throw error;
  }
}

function notOurs(db: TenantDatabase, role: string, { tenant }: Identity): DatabaseNotOurs {
  const text = `${describeServer(db.server)}: role "${role}" was not made for ${tenant}. Nothing was changed.`;
  return new DatabaseNotOurs(text, {
    tenant,
    hint: 'Check the role names under `database` in the settings.',
  });
}
