import { randomBytes, randomUUID } from 'node:crypto';
import type { Identity, TenantDatabase } from '#libs/database';
import { Secret } from '#libs/settings';
import { testServer } from './test-postgres.js';

export interface TestTenant {
  readonly db: TenantDatabase;
  readonly identity: Identity;
}

/** Names, roles and passwords of a database that nobody has made yet; each call's are its own. */
export function testTenant(tenant = 'acme'): TestTenant {
  const name = `test_${tenant}_${randomBytes(5).toString('hex')}`;
  return {
    identity: { tenant, id: randomUUID() },
    db: {
      server: testServer(),
      name,
      ownerRole: `${name}_owner`,
      runtimeRole: name,
      ownerPassword: new Secret(randomBytes(18).toString('base64url')),
      runtimePassword: new Secret(randomBytes(18).toString('base64url')),
    },
  };
}
