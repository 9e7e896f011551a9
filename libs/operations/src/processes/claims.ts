import type { LoadedSettings, TenantName } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { areClaimsUndisputed, loadUnclaimed } from '../fleet.js';
import { fleetSignature } from './fleet-signature.js';

/**
 * Loads a tenant's settings for a start, and refuses what another tenant claims too. All the others are read again only
 * when a file has changed since nobody disputed anything: most starts of a large home are of a tenant that wakes.
 */
export class Claims {
  #undisputed: string | undefined;

  constructor(private readonly dependencies: Dependencies) {}

  async load(tenant: TenantName): Promise<LoadedSettings> {
    const signature = fleetSignature(this.dependencies);
    const loader = await this.dependencies.settings();
    if (signature !== undefined && signature === this.#undisputed) return loader.load(tenant);
    const fleet = loader.loadFleet();
    const loaded = await loadUnclaimed(this.dependencies, tenant, fleet);
    this.#undisputed = areClaimsUndisputed(fleet) ? signature : undefined;
    return loaded;
  }
}
