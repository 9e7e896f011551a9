import { statSync } from 'node:fs';
import type { LoadedSettings, TenantName } from '#libs/settings';
import { type RoutedTenant, createRouter } from '#libs/processes';
import { findConflicts } from '#libs/settings';
import type { Dependencies } from './dependencies.js';
import { loadFleet, rightfulOwner } from './fleet.js';
import { isCreated } from './tenant-database.js';

/** Which tenant answers a host, as the overlays say. */
export interface Routes {
  find(hostname: string): string | undefined;
  list(): readonly RoutedTenant[];
  hostsOf(tenant: string): readonly string[];
  /** Reads the overlays again; done for every start, and for an unknown host after the tenants folder changed. */
  reload(): Promise<void>;
}

/** Routes to every tenant that was created. A host that two tenants claim leads to the one that had it, or nowhere. */
export async function createRoutes(dependencies: Dependencies): Promise<Routes> {
  const folder = dependencies.home.paths.tenants;
  let routed: readonly RoutedTenant[] = [];
  let router = createRouter(routed);
  let readAt = -1;
  const reload = async (): Promise<void> => {
    readAt = changedAt(folder);
    routed = await readRoutes(dependencies);
    router = createRouter(routed);
  };
  await reload();
  return {
    reload,
    find: (hostname) => {
      const found = router(hostname);
      // A tenant that was created meanwhile: this request still misses it, the next one does not.
      if (found === undefined && changedAt(folder) !== readAt) void reload();
      return found;
    },
    list: () => routed,
    hostsOf: (tenant) => routed.find(({ name }) => name === tenant)?.hosts ?? [],
  };
}

async function readRoutes(dependencies: Dependencies): Promise<RoutedTenant[]> {
  const { loaded } = await loadFleet(dependencies);
  const contested = contestedHosts(dependencies, loaded);
  return [...loaded.values()].filter(isCreated).map(({ tenant, settings }) => ({
    name: tenant,
    hosts: settings.hosts.filter((host) => !contested.has(host) || contested.get(host) === tenant),
  }));
}

function contestedHosts(
  dependencies: Dependencies,
  loaded: ReadonlyMap<TenantName, LoadedSettings>,
): Map<string, TenantName | undefined> {
  return new Map(
    findConflicts(loaded.values())
      .filter(({ kind }) => kind === 'host')
      .map((conflict) => [conflict.value, rightfulOwner(dependencies, conflict, loaded)]),
  );
}

function changedAt(folder: string): number {
  try {
    return statSync(folder).mtimeMs;
  } catch {
    return 0;
  }
}
