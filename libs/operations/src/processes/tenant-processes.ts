import type { ProcessStatus } from '#libs/processes';
import type { Dependencies } from '../dependencies.js';
import { findSupervisor } from './supervisor-client.js';

/** The processes of tenants, whoever starts them. */
export interface TenantProcesses {
  readonly kind: 'embedded' | 'systemd' | 'supervisord';
  /** Of all units, by name: a tenant, or a site with its own process. */
  status(): Promise<ReadonlyMap<string, ProcessStatus>>;
  /** All processes of the tenant are those of the release that it is to run now; none of its requests is lost. */
  restart(tenant: string): Promise<void>;
  /** The same after its pin or its hold has changed, of which a process manager of the system has to be told. */
  moveAndRestart(tenant: string): Promise<void>;
}

/** Undefined where our own supervisor does not run: then no tenant does. Throws where a process manager is unreachable. */
export async function tenantProcesses(dependencies: Dependencies): Promise<TenantProcesses | undefined> {
  const { processes: kind } = dependencies.home.host;
  if (kind === 'embedded') return embedded(dependencies);
  const { managedTenants } = await import('./managed-tenants.js');
  const { restartTenant } = await import('./running-tenants.js');
  // Asked anew each time: which units there are follows from settings, which follow from the release.
  const managed = async () => {
    const found = await managedTenants(dependencies);
    if (found === undefined) throw new TypeError(`${kind}: has no process manager`);
    return found;
  };
  return {
    kind,
    status: async () => (await managed()).status(),
    restart: async (tenant) => void (await (await managed()).restart(tenant)),
    moveAndRestart: (tenant) => restartTenant(dependencies, tenant),
  };
}

async function embedded(dependencies: Dependencies): Promise<TenantProcesses | undefined> {
  const supervisor = await findSupervisor(dependencies);
  if (supervisor === undefined) return undefined;
  const restart = async (tenant: string): Promise<void> => void (await supervisor.restart(tenant));
  return {
    kind: 'embedded',
    status: async () => new Map((await supervisor.status()).tenants.map((each) => [each.tenant, each])),
    restart,
    moveAndRestart: restart,
  };
}
