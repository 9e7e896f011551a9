import { describe, expect, it } from '@jest/globals';
import { testTenant, type TestTenant } from '../../../tests/support/test-tenant.js';
import { connectAs, type Connection } from './connect.js';
import { isTooLow, raiseConnectionLimit, readConnectionLimits } from './connection-limit.js';
import { createTenantDatabase } from './create.js';
import { dropTenantDatabase } from './drop.js';

async function withLimit(limit: number, work: (tenant: TestTenant) => Promise<void>): Promise<void> {
  const tenant = testTenant();
  await createTenantDatabase(tenant.db, tenant.identity, { runtimeConnections: limit });
  try {
    await work(tenant);
  } finally {
    await dropTenantDatabase(tenant.db, tenant.identity);
  }
}

/**
 * How many connections the tenant's process gets, of those that it tries. One after the other: of several that come at
 * once Postgres may refuse more than it must, as each counts those that are just being refused.
 */
async function opened({ db }: TestTenant, tried: number): Promise<number> {
  const connections: Connection[] = [];
  for (let count = 0; count < tried; count += 1) {
    const connection = await connectAs(db, 'runtime').catch(() => undefined);
    if (connection !== undefined) connections.push(connection);
  }
  await Promise.all(connections.map((one) => one.end()));
  return connections.length;
}

const raise = ({ db, identity }: TestTenant, connections: number): Promise<boolean> =>
  raiseConnectionLimit(db, identity, connections);

describe('the connection limit of the runtime role', () => {
  it('is raised to what is needed, once', () =>
    withLimit(2, async (tenant) => {
      expect(await opened(tenant, 5)).toBe(2);
      expect(await Promise.all([raise(tenant, 4), raise(tenant, 4)]).then((did) => did.toSorted())).toEqual([
        false,
        true,
      ]);
      expect(await opened(tenant, 5)).toBe(4);
      expect(await raise(tenant, 4)).toBe(false);
    }));

  it('is never lowered: older processes may hold so many', () =>
    withLimit(4, async (tenant) => {
      expect(await raise(tenant, 2)).toBe(false);
      expect(await opened(tenant, 5)).toBe(4);
    }));

  it('stays without a limit where somebody took it away', () =>
    withLimit(-1, async (tenant) => {
      expect(await raise(tenant, 2)).toBe(false);
      expect(await opened(tenant, 5)).toBe(5);
    }));

  it('of a role that was made for another tenant is left alone', () =>
    withLimit(2, async (tenant) => {
      const other = { ...tenant, identity: testTenant('liberty').identity };
      expect(await raise(other, 4)).toBe(false);
      expect(await opened(tenant, 5)).toBe(2);
    }));

  it('of a role that is not there is nothing to fail over', async () => {
    expect(await raise(testTenant(), 4)).toBe(false);
  });

  it('is read for all roles of a server at once', () =>
    withLimit(2, async ({ db }) => {
      const limits = await readConnectionLimits(db.server);
      expect([limits.get(db.runtimeRole), limits.has(db.ownerRole)]).toEqual([2, false]);
      expect([2, 3].map((needed) => isTooLow(limits.get(db.runtimeRole), needed))).toEqual([false, true]);
    }));
});
