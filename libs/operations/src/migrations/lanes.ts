import { type LoadedSettings, type TenantName } from '#libs/settings';
import { type ConnectionRoom, readConnectionRoom } from '#libs/database';
import type { ProcessStatus } from '#libs/processes';
import type { Dependencies } from '../dependencies.js';
import { errorText } from '../outcome.js';
import { runningTenants } from '../processes/running-tenants.js';
import { parseUnit, unitsOf } from '../processes/units.js';
import type { Lane } from '../runs/fleet-queue.js';
import type { FleetDatabases } from './fleet-databases.js';

/** Enough to keep a server busy; more would only wait for its processors. */
const mostAtOnce = 16;
/** Where the server cannot be asked. */
const unasked = 4;

/** How many tenants may be worked on at a time: each takes one connection. */
export function widthFor(room: ConnectionRoom, promised: number, asked: number | undefined): number {
  const unpromised = room.usable - Math.max(promised, room.used);
  // More promised than there is, as usual with many tenants: of what is free now, three quarters stay for them.
  const budget = unpromised > 0 ? unpromised : Math.floor((room.usable - room.used) / 4);
  return Math.max(1, Math.min(budget, asked ?? mostAtOnce));
}

/**
 * The tenants by server, each server with as many at a time as its connections allow beside what running tenants may
 * use. A tenant whose settings are broken goes into a lane of its own, where it fails by itself.
 */
export class Lanes {
  readonly #widths = new Map<string, Promise<number>>();

  constructor(
    private readonly dependencies: Dependencies,
    private readonly databases: FleetDatabases,
    private readonly parallel: number | undefined,
  ) {}

  async of(tenants: readonly TenantName[]): Promise<Lane[]> {
    const groups = Map.groupBy(
      tenants,
      (tenant) => this.databases.fleet.loaded.get(tenant)?.settings.database.server ?? '',
    );
    return Promise.all(
      [...groups].map(async ([server, members]) => ({ tenants: members, width: await this.#width(server) })),
    );
  }

  #width(server: string): Promise<number> {
    const known = this.#widths.get(server) ?? this.#measure(server);
    this.#widths.set(server, known);
    return known;
  }

  async #measure(server: string): Promise<number> {
    if (server === '') return 1;
    try {
      const room = await readConnectionRoom(await this.databases.server(server));
      const width = widthFor(room, await this.#promised(server), this.parallel);
      if (this.parallel !== undefined && width < this.parallel) this.#warn(server, width, room);
      return width;
    } catch {
      // Each tenant will say why: it is the same server.
      return Math.min(this.parallel ?? unasked, unasked);
    }
  }

  /** What the pools of running processes may take. */
  async #promised(server: string): Promise<number> {
    const running = await runningTenants(this.dependencies).catch((error: unknown) => {
      this.dependencies.report.warn(`running tenants: not considered: ${errorText(error)}`);
      return new Map<string, ProcessStatus>();
    });
    const names = new Set(
      [...running].flatMap(([unit, { state }]) =>
        state === 'stopped' || state === 'refused' ? [] : [parseUnit(unit).tenant],
      ),
    );
    const loaded = [...this.databases.fleet.loaded.values()];
    return loaded
      .filter((each) => names.has(each.tenant) && each.settings.database.server === server)
      .reduce((sum, each) => sum + poolsOf(each), 0);
  }

  #warn(server: string, width: number, { usable, used }: ConnectionRoom): void {
    this.dependencies.report.warn(
      `server ${server}: ${width} at a time instead of ${this.parallel ?? width}: ${used} of its ${usable} connections are open, and running tenants may use more.`,
    );
  }
}

function poolsOf(loaded: LoadedSettings): number {
  const { database, process } = loaded.settings;
  return database.pool.max * process.workers * unitsOf(loaded).length;
}
