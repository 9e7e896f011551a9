import { type ConnectionRoom, PoolerInTheWay, readConnectionRoom } from '#libs/database';
import type { LoadedSettings } from '#libs/settings';
import type { Dependencies } from '../../dependencies.js';
import { reachServer } from '../../home/postgres.js';
import { errorText } from '../../outcome.js';
import { poolerInPlace } from '../../poolers/pooler-in-place.js';
import { poolConnections } from '../../tenants/connection-limit.js';
import { type Finding, refusal, warning } from './findings.js';

export interface SeenServers {
  readonly findings: readonly Finding[];
  /** Tenants whose databases can be looked at: not those behind a pooler. */
  readonly reachable: readonly LoadedSettings[];
  /** By server; or why it could not be asked. */
  readonly rooms: ReadonlyMap<string, ConnectionRoom | string>;
}

const serverOf = ({ settings }: LoadedSettings): string => settings.database.server;

/** Whether the servers of these tenants are Postgres itself, and how many connections they have. */
export async function lookAtServers(
  dependencies: Dependencies,
  tenants: readonly LoadedSettings[],
): Promise<SeenServers> {
  const findings: Finding[] = [];
  const rooms = new Map<string, ConnectionRoom | string>();
  for (const server of new Set(tenants.map(serverOf))) {
    try {
      rooms.set(server, await readConnectionRoom(await reachServer(dependencies, server)));
    } catch (error) {
      if (error instanceof PoolerInTheWay) findings.push(pooledFinding(server));
      else rooms.set(server, errorText(error));
    }
  }
  return { findings, rooms, reachable: tenants.filter((each) => rooms.has(serverOf(each))) };
}

function pooledFinding(server: string): Finding {
  const { where, what, fix } = poolerInPlace(server);
  return refusal('servers', `${where}: ${what}.`, { hint: fix });
}

/**
 * Whether each server has room for the moment in which a tenant's old and new processes run side by side, so many
 * tenants at a time.
 */
export function checkConnections(
  dependencies: Pick<Dependencies, 'home'>,
  { reachable, rooms }: SeenServers,
  { running, width }: { running: ReadonlySet<string>; width: number },
): Finding[] {
  const servers = Map.groupBy(
    reachable.filter(({ tenant }) => running.has(tenant)),
    serverOf,
  );
  return [...servers].flatMap(([server, members]) => {
    // What a pooler holds open is its own matter.
    const isPooled = dependencies.home.host.postgres.servers[server]?.pooler !== undefined;
    const pools = (isPooled ? [] : members).map(poolConnections).toSorted((a, b) => b - a);
    const room = rooms.get(server);
    return room === undefined ? [] : checkRoom(server, room, { pools, width });
  });
}

function checkRoom(
  server: string,
  room: ConnectionRoom | string,
  { pools, width }: { pools: readonly number[]; width: number },
): Finding[] {
  if (typeof room === 'string') return [refusal('connections', `server ${server}: ${room}`)];
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);
  const overlap = sum(pools.slice(0, width));
  const { usable, used } = room;
  if (used + overlap > usable) {
    const message = `server ${server}: ${used} of its ${usable} connections are open, and ${overlap} more may be while tenants restart.`;
    const hint = 'Lower --wave or database.pool.max, or raise max_connections.';
    return [refusal('connections', message, { hint })];
  }
  const most = sum(pools) + overlap;
  if (most <= usable) return [];
  const message = `server ${server}: if all pools were full, ${most} connections would be wanted of its ${usable}.`;
  return [warning('connections', message)];
}
