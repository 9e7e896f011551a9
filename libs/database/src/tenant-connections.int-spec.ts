import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testTenant } from '../../../tests/support/test-tenant.js';
import type { Connection } from './connect.js';
import { createTenantDatabase } from './create.js';
import { dropTenantDatabase } from './drop.js';
import { TenantConnections } from './tenant-connections.js';

const { db, identity } = testTenant();
beforeAll(() => createTenantDatabase(db, identity));
afterAll(() => dropTenantDatabase(db, identity));

async function backend(connection: Connection): Promise<number> {
  const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}

describe('TenantConnections', () => {
  it('opens one for each role', async () => {
    const connections = new TenantConnections(db);
    connections.open('owner', 'runtime');
    const owner = await connections.use('owner', backend);
    expect(await connections.use('owner', backend)).toBe(owner);
    expect(await connections.use('runtime', backend)).not.toBe(owner);
    await connections.close();
  });

  it('opens another where one has failed, and says that the server went away', async () => {
    const connections = new TenantConnections(db);
    const lost = connections.use('owner', (owner) =>
      owner.query('SELECT pg_terminate_backend(pg_backend_pid())'),
    );
    await expect(lost).rejects.toMatchObject({ code: 'POSTGRES_UNREACHABLE' });
    expect(await connections.use('owner', backend)).toBeGreaterThan(0);
    await connections.close();
  });

  it('keeps what could not be opened to itself until it is used', async () => {
    const connections = new TenantConnections({ ...db, runtimeRole: 'nobody_here' });
    connections.open('runtime');
    await expect(connections.use('runtime', backend)).rejects.toMatchObject({ code: 'WRONG_PASSWORD' });
    await connections.close();
  });
});
