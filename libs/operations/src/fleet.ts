import {
  type Conflict,
  type ConflictKind,
  type Fleet,
  type LoadedSettings,
  SettingsError,
  type TenantName,
  findConflicts,
} from '#libs/settings';
import type { Dependencies } from './dependencies.js';
import { latestHosts } from './timeline.js';

export class ClaimedTwice extends SettingsError {
  override readonly code = 'CLAIMED_TWICE';
}

/** A tenant that was there when the command began. */
export class Gone extends SettingsError {
  override readonly code = 'GONE';
}

/** The settings of every tenant; one broken overlay stops no other. */
export async function loadFleet(dependencies: Dependencies): Promise<Fleet> {
  return (await dependencies.settings()).loadFleet();
}

/**
 * One tenant's settings, after making sure that no other tenant claims the same host, database, socket, port or
 * media root. Throws ClaimedTwice (exit 78) when another one does and this tenant is not the one that had it before.
 */
export async function loadUnclaimed(
  dependencies: Dependencies,
  tenant: TenantName,
  fleet?: Fleet,
): Promise<LoadedSettings> {
  const loader = await dependencies.settings();
  return refuseClaimed(dependencies, loader.load(tenant), fleet ?? loader.loadFleet());
}

/** The same for an overlay that is not written yet. */
export async function judgeOverlay(
  dependencies: Dependencies,
  tenant: TenantName,
  overlay: string,
): Promise<LoadedSettings> {
  const loader = await dependencies.settings();
  return refuseClaimed(dependencies, loader.load(tenant, overlay), loader.loadFleet());
}

/** Whether no two tenants claim the same. */
export function areClaimsUndisputed({ loaded }: Fleet): boolean {
  return findConflicts(loaded.values()).length === 0;
}

function refuseClaimed(dependencies: Dependencies, loaded: LoadedSettings, fleet: Fleet): LoadedSettings {
  const all = new Map([...fleet.loaded, [loaded.tenant, loaded]]);
  return unclaimedOf(dependencies, { ...fleet, loaded: all })(loaded);
}

/**
 * The same for many tenants of a fleet, whose claims are compared once. Throws what is wrong with the overlay of the
 * tenant that is asked for.
 */
export function judgeFleet(dependencies: Dependencies, fleet: Fleet): (tenant: TenantName) => LoadedSettings {
  const judge = unclaimedOf(dependencies, fleet);
  return (tenant) => {
    const loaded = fleet.loaded.get(tenant);
    if (loaded) return judge(loaded);
    throw fleet.broken.get(tenant) ?? new Gone(`${tenant}: is no tenant of this home any more.`, { tenant });
  };
}

function unclaimedOf(dependencies: Dependencies, fleet: Fleet): (loaded: LoadedSettings) => LoadedSettings {
  const conflicts = findConflicts(fleet.loaded.values());
  return (loaded) => {
    for (const conflict of conflicts) {
      if (!conflict.tenants.includes(loaded.tenant)) continue;
      if (rightfulOwner(dependencies, conflict, fleet.loaded) === loaded.tenant) continue;
      throw claimedTwice(conflict, loaded.tenant);
    }
    return loaded;
  };
}

const keys: Readonly<Record<Exclude<ConflictKind, 'host'>, readonly string[]>> = {
  database: ['database.name'],
  // The roles' names are made from the database's.
  role: ['database.name', 'database.ownerRole', 'database.runtimeRole'],
  socket: ['http.socket'],
  port: ['http.port'],
  mediaRoot: ['media.root'],
  osUser: ['process.user'],
};

/**
 * Who keeps what two tenants claim, so that a slip in one overlay does not stop the tenant that was there first:
 * what is derived from a tenant's own name is that tenant's, a host is the one's that served it at its last start.
 */
export function rightfulOwner(
  dependencies: Dependencies,
  conflict: Conflict,
  loaded: ReadonlyMap<TenantName, LoadedSettings>,
): TenantName | undefined {
  const owners = conflict.tenants.filter((name) => {
    if (conflict.kind === 'host') return latestHosts(dependencies.home.paths, name).includes(conflict.value);
    return keys[conflict.kind].every((key) => isDerived(loaded.get(name), key));
  });
  return owners.length === 1 ? owners[0] : undefined;
}

function isDerived(loaded: LoadedSettings | undefined, key: string): boolean {
  return loaded !== undefined && loaded.source(key) === undefined;
}

/** What to say to the tenant that has to give way. */
export function claimedTwice(conflict: Conflict, tenant: TenantName): ClaimedTwice {
  const own = conflict.places.find((place) => place.tenant === tenant);
  const others = conflict.tenants.filter((name) => name !== tenant).join(', ');
  const where = own?.file ? `${own.file}${own.line ? `:${own.line}` : ''}` : tenant;
  return new ClaimedTwice(
    `${where}: ${names[conflict.kind]} "${conflict.value}" is also claimed by ${others}.`,
    {
      hint: 'Give each tenant its own, then run `tenantry settings check --all`.',
      tenant,
      file: own?.file,
      line: own?.line,
    },
  );
}

const names: Readonly<Record<ConflictKind, string>> = {
  host: 'host',
  database: 'database',
  role: 'database role',
  socket: 'socket',
  port: 'port',
  mediaRoot: 'media root',
  osUser: 'user of the system',
};
