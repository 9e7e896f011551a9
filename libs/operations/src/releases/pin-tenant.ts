import {
  type LoadedSettings,
  RefusedError,
  SettingsError,
  type TenantName,
  UsageError,
  requireTenant,
  setInOverlay,
  unsetInOverlay,
} from '#libs/settings';
import { type Release, openRelease } from '#libs/release';
import type { Dependencies } from '../dependencies.js';
import { compareHistory } from '../migrations/compare-history.js';
import { FleetDatabases } from '../migrations/fleet-databases.js';
import { type Changed, type ChangeOptions, changeOverlay } from '../settings/change-settings.js';
import { isCreated } from '../tenants/created.js';
import { ownReleaseOf, readHold } from './release-of.js';

export class PinRefused extends RefusedError {
  override readonly code = 'PIN_REFUSED';
}

/**
 * Has a tenant stay on a release, whatever is deployed: `release:` in its overlay. A running tenant is restarted into it.
 * Throws UnknownRelease (2), and PinRefused (4) where its database is not one that the release could run on.
 */
export async function pinTenant(
  dependencies: Dependencies,
  { release: id, ...request }: ChangeOptions & { readonly tenant: string; readonly release: string },
): Promise<Changed> {
  const tenant = requireTenant(dependencies.home.paths, request.tenant);
  const release = openRelease(dependencies.home.paths, id);
  const before = await ownOf(dependencies, tenant);
  await requireFitting(dependencies, tenant, { release, verb: `pin ${tenant} ${id}`, ...request });
  const application = (await dependencies.settings()).applicationOf(tenant);
  return changeOverlay(dependencies, tenant, {
    ...request,
    ...{ event: 'release pinned', details: { release: id } },
    change: (overlay) => setInOverlay(overlay, { application, key: 'release', value: id }),
    undo: () => (before?.why === 'pinned' ? `tenantry release pin ${tenant} ${before.id}` : `tenantry release unpin ${tenant}`),
  });
}

/** Has a tenant follow `current` again, or what a deploy holds it back on. Throws PinRefused (4) as above. */
export async function unpinTenant(
  dependencies: Dependencies,
  request: ChangeOptions & { readonly tenant: string },
): Promise<Changed> {
  const { paths } = dependencies.home;
  const tenant = requireTenant(paths, request.tenant);
  const before = await ownOf(dependencies, tenant);
  if (before?.why !== 'pinned') throw new UsageError(`${tenant}: is not pinned to a release.`);
  if (before.file !== `tenants/${tenant}/settings.yaml`) {
    throw new UsageError(`${tenant}: is pinned by ${before.file}, not by its own overlay.`, {
      hint: 'Change it there; all tenants that have it go with it.',
    });
  }
  const held = readHold(paths, tenant)?.release;
  const release = held === undefined ? dependencies.currentRelease() : openRelease(paths, held);
  await requireFitting(dependencies, tenant, { release, verb: `unpin ${tenant}`, ...request });
  return changeOverlay(dependencies, tenant, {
    ...request,
    ...{ event: 'release unpinned', details: { release: before.id } },
    change: (overlay) => unsetInOverlay(overlay, 'release'),
    undo: () => `tenantry release pin ${tenant} ${before.id}`,
  });
}

interface OwnNow {
  readonly id: string;
  readonly why: 'pinned' | 'held';
  readonly file: string | undefined;
}

/** Undefined, too, where the overlay is broken as it is: another release may be what mends it. */
async function ownOf(dependencies: Dependencies, tenant: TenantName): Promise<OwnNow | undefined> {
  const loaded = await loadedNow(dependencies, tenant);
  const own = loaded && ownReleaseOf(dependencies, loaded);
  return own && { ...own, file: loaded.source('release')?.file };
}

async function loadedNow(dependencies: Dependencies, tenant: TenantName): Promise<LoadedSettings | undefined> {
  try {
    return (await dependencies.settings()).load(tenant);
  } catch (error) {
    if (error instanceof SettingsError) return undefined;
    throw error;
  }
}

interface Fitting extends ChangeOptions {
  readonly release: Release;
  /** As typed after `release`. */
  readonly verb: string;
}

/** A process of the release must start on the tenant's database as it is; migrations come before or after, never meanwhile. */
async function requireFitting(
  dependencies: Dependencies,
  tenant: TenantName,
  { release, verb, noRestart }: Fitting,
): Promise<void> {
  const loaded = await loadedNow(dependencies, tenant);
  if (loaded === undefined) return dependencies.report.warn(`${tenant}: its settings are broken; its database was not looked at.`);
  if (!isCreated(loaded)) return;
  const { missing, contracting } = await compareHistory(await (await FleetDatabases.open(dependencies, release)).reach(tenant));
  if (contracting.length > 0) {
    throw new PinRefused(`${tenant}: ${contracting.join(', ')} took away what release ${release.id} may use. Nothing was changed.`, {
      ...{ tenant, hint: `Take it back first: tenantry migrate down --tenant ${tenant} --steps 1` },
    });
  }
  if (missing.length > 0 && !noRestart) {
    throw new PinRefused(`${tenant}: its database lacks ${missing.join(', ')} of release ${release.id}. Nothing was changed.`, {
      tenant,
      hint: `Run \`tenantry release ${verb} --no-restart\`, \`tenantry migrate --tenant ${tenant}\`, \`tenantry restart ${tenant}\`.`,
    });
  }
}
