import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedSettings, TenantName } from '#libs/settings';
import { type RoutedTenant, createRouter } from '#libs/processes';
import { findConflicts } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { areClaimsUndisputed, loadFleet, rightfulOwner } from '../fleet.js';
import { errorText } from '../outcome.js';
import { isCreated } from '../tenants/created.js';
import { isSuspended } from '../tenants/suspended.js';
import { latestHosts } from '../timeline.js';
import { fleetSignature } from './fleet-signature.js';
import { parseUnit, unitsOf } from './units.js';

/** Which tenant answers a host, as the overlays say. */
export interface Routes {
  /** For an unknown host it looks whether tenants were added or finished since it read the overlays. */
  find(hostname: string): Promise<string | undefined>;
  list(): readonly RoutedTenant[];
  /** Of all its sites. */
  hostsOf(tenant: string): readonly string[];
  /** Whether the unit's tenant is to have no process. */
  isSuspended(unit: string): boolean;
  /** Reads the overlays again, unless no file has changed; done for every start. */
  reload(): Promise<void>;
}

/** A file's time can be so much behind the clock. */
const clockTickMs = 20;

/** Routes to every tenant that was created. A host that two tenants claim leads to the one that had it, or nowhere. */
export async function createRoutes(dependencies: Dependencies): Promise<Routes> {
  const routes = new OverlayRoutes(dependencies);
  await routes.reload();
  return routes;
}

class OverlayRoutes implements Routes {
  #read: Read = { routed: [], suspended: new Set(), unfinished: [], isSettled: false };
  #signature: string | undefined;
  #router = createRouter([]);
  /** The folders' times as of the latest reading. */
  #seen = '';

  constructor(private readonly dependencies: Dependencies) {}

  async reload(): Promise<void> {
    const { now } = this.dependencies;
    const present = fleetSignature(this.dependencies);
    if (this.#read.isSettled && present !== undefined && present === this.#signature) return;
    const began = now().getTime() - clockTickMs;
    this.#read = await readRoutes(this.dependencies);
    this.#signature = present;
    this.#router = createRouter(this.#read.routed);
    const ended = now().getTime();
    const stamps = this.#stamps();
    // What was written while it was read may be missing in it.
    this.#seen = stamps.some((at) => at >= began && at <= ended) ? '' : stamps.join();
  }

  async find(hostname: string): Promise<string | undefined> {
    if (this.#router(hostname) === undefined && this.#stamps().join() !== this.#seen) await this.#lookAgain();
    return this.#router(hostname);
  }

  list(): readonly RoutedTenant[] {
    return this.#read.routed;
  }

  hostsOf(tenant: string): readonly string[] {
    return this.#read.routed.flatMap(({ name, hosts }) => (parseUnit(name).tenant === tenant ? hosts : []));
  }

  isSuspended(unit: string): boolean {
    return this.#read.suspended.has(parseUnit(unit).tenant);
  }

  async #lookAgain(): Promise<void> {
    // Before the reading: settings that cannot be read are complained of once, not for each visitor.
    this.#seen = this.#stamps().join();
    await this.reload().catch((error: unknown) => this.dependencies.report.warn(errorText(error)));
  }

  #stamps(): number[] {
    return [this.dependencies.home.paths.tenants, ...this.#read.unfinished].map(changedAt);
  }
}

interface Read {
  readonly routed: readonly RoutedTenant[];
  readonly suspended: ReadonlySet<string>;
  /** Folders of tenants that are not routed yet: a creation goes on in there, out of the tenants folder's own sight. */
  readonly unfinished: readonly string[];
  /** What was read depends on the overlays alone, and not on who was where before. */
  readonly isSettled: boolean;
}

async function readRoutes(dependencies: Dependencies): Promise<Read> {
  const { loaded, broken } = await loadFleet(dependencies);
  const contested = contestedHosts(dependencies, loaded);
  const created = [...loaded.values()].filter(isCreated);
  const uncreated = [...loaded.values()].filter((tenant) => !isCreated(tenant));
  const names = [...uncreated.map(({ tenant }) => tenant), ...broken.keys()];
  const routed = created.flatMap((tenant) =>
    unitsOf(tenant).map(({ name, hosts }) => ({
      name,
      hosts: hosts.filter((host) => !contested.has(host) || contested.get(host) === tenant.tenant),
    })),
  );
  return {
    routed: [...routed, ...latestRoutes(dependencies, [...broken.keys()], routed)],
    suspended: new Set(created.filter(isSuspended).map(({ tenant }) => tenant)),
    isSettled: broken.size === 0 && areClaimsUndisputed({ loaded, broken }),
    unfinished: names.map((name) => join(dependencies.home.paths.tenants, name)),
  };
}

/**
 * A tenant whose overlay was just broken may still run: it keeps the hosts of its last start, unless another tenant
 * has them now. Where it does not run, its visitors learn that it cannot start, not that there is no such site.
 */
function latestRoutes(
  { home }: Dependencies,
  broken: readonly TenantName[],
  routed: readonly RoutedTenant[],
): RoutedTenant[] {
  const taken = new Set(routed.flatMap(({ hosts }) => hosts));
  return broken.map((name) => ({
    name,
    hosts: latestHosts(home.paths, name).filter((host) => !taken.has(host)),
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
