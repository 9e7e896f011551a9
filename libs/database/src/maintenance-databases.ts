import type { ServerAddress } from './addresses.js';
import { connectServer, using } from './connect.js';

/**
 * Closes the databases that every server has to all but its admins: a tenant's role may log in to its own database
 * and to no other. For servers that are ours alone; on a shared one somebody else may rely on them.
 */
export async function closeMaintenanceDatabases(server: ServerAddress): Promise<void> {
  await using(connectServer(server), (admin) =>
    admin.query('REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC'),
  );
}
