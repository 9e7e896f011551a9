import {
  type LoadedSettings,
  type SiteSettings,
  TenantryError,
  listSites,
  mainSite,
  requireTenant,
} from '#libs/settings';
import type { ProcessStatus, Supervisor } from '#libs/processes';
import type { Dependencies } from '../dependencies.js';

/** What one process serves: a tenant with the sites that share its process, or one site that has its own. */
export interface Unit {
  /** `liberty`, or `liberty.kids`. No tenant's name has a dot. */
  readonly name: string;
  readonly hosts: readonly string[];
  /** Undefined for the tenant's own process. */
  readonly site: SiteSettings | undefined;
}

/** The tenant's own process first. */
export function unitsOf({ tenant, settings }: Pick<LoadedSettings, 'tenant' | 'settings'>): readonly Unit[] {
  const sites = listSites(settings);
  const shared = sites.filter(({ process }) => process === 'shared');
  const own = sites.filter(({ process }) => process === 'own');
  return [
    {
      ...{ name: tenant, site: undefined },
      hosts: [...shared.flatMap(({ hosts }) => hosts), ...(settings.redirects ?? [])],
    },
    ...own.map((site) => ({ name: unitName(tenant, site.name), hosts: site.hosts, site })),
  ];
}

export function unitName(tenant: string, site: string): string {
  return site === mainSite ? tenant : `${tenant}.${site}`;
}

export function parseUnit(name: string): { tenant: string; site: string | undefined } {
  const [tenant = '', site] = name.split('.', 2);
  return { tenant, site };
}

/** As the settings are now; where they cannot be read, starting the tenant says why. */
export async function unitNames(dependencies: Dependencies, tenant: string): Promise<readonly string[]> {
  const loader = await dependencies.settings();
  try {
    return unitsOf(loader.load(requireTenant(dependencies.home.paths, tenant))).map(({ name }) => name);
  } catch (error) {
    if (error instanceof TenantryError) return [tenant];
    throw error;
  }
}

/** Starts, stops and restarts tenants with all of their processes. */
export function tenantVerbs(
  supervisor: Supervisor,
  unitsNow: (tenant: string) => Promise<readonly string[]>,
): Pick<Supervisor, 'start' | 'startLater' | 'stop' | 'restart' | 'status'> {
  const known = (tenant: string): string[] =>
    supervisor
      .status()
      .flatMap((status) => (parseUnit(status.tenant).tenant === tenant ? [status.tenant] : []));
  return {
    start: async (tenant) => allOf(await unitsNow(tenant), (unit) => supervisor.start(unit)),
    startLater: async (tenant) => allOf(await unitsNow(tenant), (unit) => supervisor.startLater(unit)),
    stop: async (tenant) =>
      allOf([tenant, ...known(tenant).filter((unit) => unit !== tenant)], (unit) => supervisor.stop(unit)),
    restart: async (tenant) => {
      const wanted = await unitsNow(tenant);
      const status = await allOf(wanted, (unit) => supervisor.restart(unit));
      // After the others run: until then a site that now shares the tenant's process is answered by its old one.
      for (const unit of known(tenant).filter((name) => !wanted.includes(name))) await supervisor.stop(unit);
      return status;
    },
    status: () => supervisor.status(),
  };
}

/** All of them are tried; the tenant's own status, or the first error. */
async function allOf(
  units: readonly string[],
  act: (unit: string) => Promise<ProcessStatus>,
): Promise<ProcessStatus> {
  const outcomes = await Promise.allSettled(units.map(act));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  const [first] = outcomes;
  if (first?.status !== 'fulfilled') throw new TypeError('a tenant has a process at least');
  return first.value;
}
