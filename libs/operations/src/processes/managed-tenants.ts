import type { ProcessStatus } from '#libs/processes';
import { FailedError } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { makeHostingPlan } from '../hosting/make-plan.js';
import { proveUnits } from '../hosting/targets/process-units.js';
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

/** It was started, and is not ready in time. */
export class NoAnswer extends FailedError {
  override readonly code = 'NO_ANSWER';
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
  // systemd hears from the processes when they are ready; supervisord knows only that they have not ended yet.
  const requireAnswer = async (tenant: string): Promise<void> => {
    if (manager.kind !== 'supervisord') return;
    const proofs = await proveUnits(plan.units.filter((unit) => unit.tenant === tenant));
    const silent = proofs.find(({ problem }) => problem !== undefined);
    if (silent === undefined) return;
    const hint = `Run \`tenantry logs ${tenant}\`.`;
    throw new NoAnswer(`${silent.name}: does not answer: ${silent.problem}.`, { tenant, hint });
  };
  return {
    start: async (tenant) => {
      await manager.start(unitsOf(tenant));
      await requireAnswer(tenant);
      return statusOf(tenant);
    },
    stop: async (tenant) => {
      await manager.stop(unitsOf(tenant));
      return statusOf(tenant);
    },
    restart: async (tenant) => {
      for (const unit of unitsOf(tenant)) await manager.restart(unit);
      await requireAnswer(tenant);
      return statusOf(tenant);
    },
    status: async () => {
      const all = await manager.status(plan.units.map(({ name }) => name));
      return new Map(all.map((status) => [status.tenant, status]));
    },
  };
}
