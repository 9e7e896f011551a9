import { FailedError, type LoadedSettings, type TenantName } from '#libs/settings';
import type { Release } from '#libs/release';
import type { Dependencies } from '../dependencies.js';
import { migrateTenants } from '../migrations/migrate-tenants.js';
import type { TenantOutcome } from '../outcome.js';
import { releaseFor } from './release-of.js';

export class NotBroughtAlong extends FailedError {
  override readonly code = 'NOT_BROUGHT_ALONG';
}

/** The release that the tenant is to run at this moment. */
export async function releaseNow(dependencies: Dependencies, tenant: TenantName): Promise<Release> {
  return releaseFor(dependencies, (await dependencies.settings()).load(tenant));
}

/**
 * For a tenant that has just come to count, with the schema of `made`. A deploy may have turned `current` before it could
 * see the tenant: then its schema follows. One that turns later looks for such tenants itself, so that none is between.
 */
export async function followCurrent(
  dependencies: Dependencies,
  loaded: LoadedSettings,
  made: Release,
): Promise<void> {
  const { tenant } = loaded;
  let known = made;
  for (;;) {
    const now = releaseFor(dependencies, loaded);
    if (now.dir === known.dir) return;
    dependencies.report.step(`${tenant}: current has turned to ${now.id} meanwhile`);
    await migrateTo(dependencies, tenant, now);
    known = now;
  }
}

async function migrateTo(dependencies: Dependencies, tenant: TenantName, { id }: Release): Promise<void> {
  const targets = { names: [tenant], all: false, exclude: [] };
  const { data } = await migrateTenants(dependencies, { targets, plan: false, release: id });
  const [{ error = null } = {}] = (data as { tenants: readonly TenantOutcome[] }).tenants;
  if (error === null) return;
  throw new NotBroughtAlong(`${tenant}: its database was not brought to release ${id}: ${error}`, {
    ...{ tenant, hint: `The tenant is there. Run \`tenantry migrate --tenant ${tenant}\`.` },
  });
}
