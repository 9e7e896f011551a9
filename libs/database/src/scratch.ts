import { randomBytes, randomUUID } from 'node:crypto';
import { Secret } from '#libs/settings';
import type { Identity, ServerAddress, TenantDatabase } from './addresses.js';
import { connectServer, type Connection, using } from './connect.js';
import { createTenantDatabase } from './create.js';
import { dropTenantDatabase } from './drop.js';
import { claimName } from './name-lock.js';
import { quoteIdentifier } from './quote.js';

const prefix = 'tenantry_scratch_';

/**
 * Gives `work` a new database as a tenant would get it, with the two roles, and drops it. Nobody's data is touched.
 * What a killed command has left of its own is removed first: the lock on its name died with it.
 */
export function withScratchDatabase<T>(
  server: ServerAddress,
  work: (db: TenantDatabase, identity: Identity) => Promise<T>,
): Promise<T> {
  const name = `${prefix}${randomBytes(6).toString('hex')}`;
  const password = (): Secret => new Secret(randomBytes(18).toString('base64url'));
  const db: TenantDatabase = {
    ...{ server, name, ownerRole: `${name}_owner`, runtimeRole: name },
    ...{ ownerPassword: password(), runtimePassword: password() },
  };
  const identity = { tenant: 'scratch', id: randomUUID() };
  return using(connectServer(server), async (admin) => {
    await removeLeftovers(admin);
    await claimName(admin, name, { waitMs: 0 });
    await createTenantDatabase(db, identity);
    try {
      return await work(db, identity);
    } finally {
      await dropTenantDatabase(db, identity);
    }
  });
}

const leftovers = `
  SELECT DISTINCT substr(name, 1, $2) AS name
    FROM (SELECT datname AS name FROM pg_database UNION ALL SELECT rolname FROM pg_roles) found
   WHERE name ~ $1`;

async function removeLeftovers(admin: Connection): Promise<void> {
  const { rows } = await admin.query<{ name: string }>(leftovers, [
    `^${prefix}[0-9a-f]{12}(_owner)?$`,
    prefix.length + 12,
  ]);
  for (const { name } of rows) {
    if (!(await claimName(admin, name, { waitMs: 0 }))) continue;
    await admin.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`);
    await admin.query(`DROP ROLE IF EXISTS ${quoteIdentifier(name)}, ${quoteIdentifier(`${name}_owner`)}`);
  }
}
