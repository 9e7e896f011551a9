import { type Identity, raiseConnectionLimit, type ServerAddress, type TenantDatabase } from '#libs/database';
import type { LoadedSettings } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { errorText } from '../outcome.js';
import { unitsOf } from '../processes/units.js';
import { appendToTimeline, newRunId } from '../timeline.js';
import { describeDatabase, identityOf } from './tenant-database.js';

/** How many connections the pools of all processes of a tenant can hold. */
export function poolConnections(loaded: Pick<LoadedSettings, 'tenant' | 'settings'>): number {
  const { database, process } = loaded.settings;
  return database.pool.max * process.workers * unitsOf(loaded).length;
}

/**
 * How many connections the runtime role of a tenant may have: all workers' pools of all processes, twice for the moment
 * of a restart, and some for a look by hand.
 */
export function connectionLimit(loaded: Pick<LoadedSettings, 'tenant' | 'settings'>): number {
  return poolConnections(loaded) * 2 + 3;
}

type Needed = Pick<Dependencies, 'home' | 'command' | 'now'>;

/** Gives the role what the settings need by now: its limit was set when the tenant was created. */
export async function renewConnectionLimit(
  { home, command, now }: Needed,
  { loaded, db, identity }: { loaded: LoadedSettings; db: TenantDatabase; identity: Identity },
): Promise<void> {
  const connections = connectionLimit(loaded);
  if (!(await raiseConnectionLimit(db, identity, connections))) return;
  const event = { event: 'connection limit raised', command, connections };
  appendToTimeline(home.paths, loaded.tenant, { at: now().toISOString(), run: newRunId(now()), ...event });
}

/**
 * The same before a start. A process whose pools find no room would fail only under load, so it is looked at whenever
 * a tenant is started with a need that this supervisor has not seen, and not at each waking. It starts all the same
 * where the limit cannot be renewed: most of the time, nobody needs the last connection.
 */
export class ConnectionLimits {
  readonly #seen = new Map<string, number>();

  constructor(private readonly dependencies: Dependencies) {}

  async renew(loaded: LoadedSettings, address: ServerAddress): Promise<void> {
    const { tenant, settings } = loaded;
    const { ownerPassword: owner, runtimePassword: runtime } = settings.database;
    const needed = connectionLimit(loaded);
    if (this.#seen.get(tenant) === needed || owner === undefined || runtime === undefined) return;
    try {
      const db = describeDatabase(loaded, address, { owner, runtime });
      await renewConnectionLimit(this.dependencies, { loaded, db, identity: await identityOf(loaded) });
      this.#seen.set(tenant, needed);
    } catch (error) {
      this.dependencies.report.warn(`${tenant}: its connection limit was not renewed: ${errorText(error)}`);
    }
  }
}
