import { type ServerAddress, readInventory, type ServerInventory } from '#libs/database';
import { embeddedPostgresStatus } from '#libs/processes';
import { type PostgresServer, serverAddress } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { placesOf } from '../home/postgres.js';
import { errorText } from '../outcome.js';

/** What could be learnt about a Postgres server of tenantry.yaml. */
export type ExaminedServer =
  | {
      readonly state: 'running';
      readonly address: ServerAddress;
      readonly inventory: ServerInventory;
      readonly embedded: boolean;
    }
  /** Embedded; nothing was started for the sake of looking. `isNeeded`: tenants are on it. */
  | { readonly state: 'stopped'; readonly isNeeded: boolean }
  | { readonly state: 'unreachable'; readonly problem: string };

/** Each server of the home on one connection, all at once. */
export async function examineServers(
  dependencies: Dependencies,
  needed: ReadonlySet<string>,
): Promise<Map<string, ExaminedServer>> {
  const { servers } = dependencies.home.host.postgres;
  const examined = await Promise.all(
    Object.values(servers).map(
      async (server) => [server.name, await examineServer(dependencies, server, needed)] as const,
    ),
  );
  return new Map(examined);
}

async function examineServer(
  dependencies: Dependencies,
  server: PostgresServer,
  needed: ReadonlySet<string>,
): Promise<ExaminedServer> {
  try {
    if (server.embedded) {
      const { state } = await embeddedPostgresStatus(placesOf(dependencies.home, server));
      if (state === 'stopped') return { state, isNeeded: needed.has(server.name) };
    }
    const address = serverAddress(dependencies.home, server.name);
    const inventory = await readInventory(address);
    return { state: 'running', address, inventory, embedded: server.embedded };
  } catch (error) {
    return { state: 'unreachable', problem: errorText(error) };
  }
}
