import type { ProcessStatus } from '#libs/processes';
import { FailedError } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { makeHostingPlan } from '../hosting/make-plan.js';
import { managerOf } from '../hosting/process-manager.js';

/** The tenants' processes where systemd or supervisord starts them. */
export interface ManagedTenants {
  /** With all of its units; of the tenant's own. */
  start(tenant: string): Promise<ProcessStatus | undefined>;
  stop(tenant: string): Promise<ProcessStatus | undefined>;
  restart(tenant: string): Promise<ProcessStatus | undefined>;
  /** Of all units, by name. */
  status(): Promise<ReadonlyMap<string, ProcessStatus>>;
}

/** The process manager does not know the tenant. */
export class NotHosted extends FailedError {
  override readonly code = 'NOT_HOSTED';
}

/** Undefined where the tenants are our own supervisor's. */
export async function managedTenants(dependencies: Dependencies): Promise<ManagedTenants | undefined> {
  if (dependencies.home.host.processes === 'embedded') return undefined;
  const { plan } = await makeHostingPlan(dependencies);
  const manager = managerOf(dependencies, plan);
  if (manager === undefined) return undefined;
  const unitsOf = (tenant: string): string[] => {
    const units = plan.units.filter((unit) => unit.tenant === tenant).map(({ name }) => name);
    if (units.length > 0) return units;
    throw new NotHosted(`${tenant}: has no process that ${manager.kind} could start.`, {
      tenant,
      hint: `Run \`tenantry settings check ${tenant}\`, then \`tenantry hosting apply\`.`,
    });
  };
  const statusOf = async (tenant: string) => (await manager.status([tenant]))[0];
  return {
    start: async (tenant) => {
      await manager.start(unitsOf(tenant));
      return statusOf(tenant);
    },
    stop: async (tenant) => {
      await manager.stop(unitsOf(tenant));
      return statusOf(tenant);
    },
    restart: async (tenant) => {
      for (const unit of unitsOf(tenant)) await manager.restart(unit);
      return statusOf(tenant);
    },
    status: async () => {
      const all = await manager.status(plan.units.map(({ name }) => name));
      return new Map(all.map((status) => [status.tenant, status]));
    },
  };
}
