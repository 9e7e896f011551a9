import type { TenantName } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { loadFleet } from '../fleet.js';
import { refuseStart } from '../lifecycle/refuse-start.js';
import { type TargetSelection, selectTenants } from '../targets.js';
import { isSuspended } from '../tenants/suspended.js';

/**
 * The tenants that `start --all` leaves to their first request (`process.startOn: request`). One that is started by
 * name is started at once all the same: whoever names it wants to see it run.
 */
export async function startedByRequest(dependencies: Dependencies): Promise<ReadonlySet<string>> {
  const { loaded } = await loadFleet(dependencies);
  const waiting = [...loaded.values()].filter(({ settings }) => settings.process.startOn === 'request');
  return new Set(waiting.map(({ tenant }) => tenant));
}

/** The tenants to start. Of all, or of a selection, those that are suspended are left alone. */
export async function selectToRun(
  dependencies: Dependencies,
  targets: TargetSelection,
): Promise<TenantName[]> {
  const tenants = await selectTenants(dependencies, targets);
  if (targets.names.length > 0) return tenants;
  const { loaded } = await loadFleet(dependencies);
  return tenants.filter((tenant) => {
    const found = loaded.get(tenant);
    if (found === undefined || !isSuspended(found)) return true;
    dependencies.report.step(`${tenant}: is suspended, and left alone`);
    return false;
  });
}

/** Throws Suspended, or Unfinished (exit 4), for a tenant that is not to run. What else is wrong, its start says. */
export async function startGuard(dependencies: Dependencies): Promise<(tenant: TenantName) => void> {
  const { loaded } = await loadFleet(dependencies);
  return (tenant) => {
    const found = loaded.get(tenant);
    if (found) refuseStart(dependencies.home.paths, found);
  };
}
