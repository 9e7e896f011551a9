import type { ServerAddress } from './addresses.js';
import { announcedProcess, connectServer, refusePooler, using } from './connect.js';

/** How many connections a server has for roles without privileges, and how many are open. */
export interface ConnectionRoom {
  readonly usable: number;
  readonly used: number;
}

const question = `
  SELECT pg_backend_pid() AS process,
         current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
         - coalesce(current_setting('reserved_connections', true)::int, 0) AS usable,
         (SELECT count(*)::int FROM pg_stat_activity
           WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()) AS used`;

/**
 * `reserved_connections` came with Postgres 16.
 * @throws PoolerInTheWay (exit 4), so that a deploy or a fleet's migration ends before its first tenant.
 */
export function readConnectionRoom(server: ServerAddress): Promise<ConnectionRoom> {
  return using(connectServer(server), async (admin) => {
    const { rows } = await admin.query<ConnectionRoom & { readonly process: number }>(question);
    const [{ process, usable, used } = { process: 0, usable: 0, used: 0 }] = rows;
    if (process !== announcedProcess(admin)) refusePooler(admin);
    return { usable, used };
  });
}
