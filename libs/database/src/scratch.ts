import { randomBytes, randomUUID } from 'node:crypto';
import { Secret } from '#libs/settings';
import type { Identity, ServerAddress, TenantDatabase } from './addresses.js';
import { createTenantDatabase } from './create.js';
import { dropTenantDatabase } from './drop.js';

/**
 * Gives `work` a new database as a tenant would get it, with the two roles, and drops it. Nobody's data is touched; the
 * prefix of its name, `tenantry_scratch_`, tells what is left where a command was killed.
 */
export async function withScratchDatabase<T>(
  server: ServerAddress,
  work: (db: TenantDatabase, identity: Identity) => Promise<T>,
): Promise<T> {
  const name = `tenantry_scratch_${randomBytes(6).toString('hex')}`;
  const password = (): Secret => new Secret(randomBytes(18).toString('base64url'));
  const db: TenantDatabase = {
    ...{ server, name, ownerRole: `${name}_owner`, runtimeRole: name },
    ...{ ownerPassword: password(), runtimePassword: password() },
  };
  const identity = { tenant: 'scratch', id: randomUUID() };
  await createTenantDatabase(db, identity);
  try {
    return await work(db, identity);
  } finally {
    await dropTenantDatabase(db, identity);
  }
}
