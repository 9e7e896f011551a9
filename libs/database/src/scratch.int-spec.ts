import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { serverObjects } from '../../../tests/support/catalog.js';
import { testServer } from '../../../tests/support/test-postgres.js';
import { testTenant } from '../../../tests/support/test-tenant.js';
import { connectServer, using } from './connect.js';
import { createTenantDatabase } from './create.js';
import { withScratchDatabase } from './scratch.js';

describe('a scratch database', () => {
  it('is gone afterwards, also when the work fails', async () => {
    let name = '';
    await withScratchDatabase(testServer(), async (db) => {
      name = db.name;
      expect(await serverObjects(name)).toEqual([`database ${name}`, `role ${name}`, `role ${name}_owner`]);
    });
    expect(await serverObjects(name)).toEqual([]);
    const failing = withScratchDatabase(testServer(), (db) => {
      name = db.name;
      throw new TypeError('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await serverObjects(name)).toEqual([]);
  });

  it('removes what a killed command left, whole or in part, and not what another one uses', async () => {
    const whole = 'tenantry_scratch_0123456789ab';
    const { db } = testTenant();
    const identity = { tenant: 'scratch', id: randomUUID() };
    await createTenantDatabase(
      { ...db, name: whole, ownerRole: `${whole}_owner`, runtimeRole: whole },
      identity,
    );
    const role = 'tenantry_scratch_aaaaaaaaaaaa_owner';
    await using(connectServer(db.server), (admin) => admin.query(`CREATE ROLE ${role}`));
    await withScratchDatabase(testServer(), async (used) => {
      await withScratchDatabase(testServer(), async () => {
        expect(await serverObjects(whole)).toEqual([]);
        expect(await serverObjects(role)).toEqual([]);
        expect(await serverObjects(used.name)).toHaveLength(3);
      });
    });
  });
});
