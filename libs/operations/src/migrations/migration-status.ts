import { type ExitCode, exitCodes } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { loadFleet } from '../fleet.js';
import { readTenantStatus } from './migrate-tenants.js';
import { errorText, forEachOf } from '../outcome.js';
import { type TargetSelection, selectTenantsToShow } from '../targets.js';

export interface TenantMigrations {
  readonly name: string;
  readonly head: string | null;
  readonly pending: readonly string[];
  /** In the database, not in the release. */
  readonly unknown: readonly string[];
  readonly error: string | null;
}

/** Each tenant's schema against the release that is to run. Reads only; exit 3 or 1 when tenants could not be read. */
export async function migrationStatus(
  dependencies: Dependencies,
  targets: TargetSelection,
): Promise<{ release: string; tenants: TenantMigrations[]; exitCode: ExitCode }> {
  const names = await selectTenantsToShow(dependencies, targets);
  const fleet = await loadFleet(dependencies);
  const tenants: TenantMigrations[] = [];
  await forEachOf(names, 8, async (name) => {
    try {
      tenants.push({ name, ...(await readTenantStatus(dependencies, name, fleet)), error: null });
    } catch (error) {
      tenants.push({ name, head: null, pending: [], unknown: [], error: errorText(error) });
    }
  });
  tenants.sort((a, b) => (a.name < b.name ? -1 : 1));
  const failed = tenants.filter(({ error }) => error !== null).length;
  const partial = failed < tenants.length ? exitCodes.partial : exitCodes.failed;
  return { release: dependencies.release.id, tenants, exitCode: failed === 0 ? exitCodes.done : partial };
}
