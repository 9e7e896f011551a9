import type { UnitPlan } from '#libs/hosting';
import type { ProcessManager, ProcessStatus } from '#libs/processes';
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
  return manager && new HostedTenants(plan.units, manager);
}

class HostedTenants implements ManagedTenants {
  constructor(
    private readonly units: readonly UnitPlan[],
    private readonly manager: ProcessManager,
  ) {}

  async start(tenant: string): Promise<ProcessStatus | undefined> {
    await this.manager.start(this.#namesOf(tenant));
    await this.#requireAnswer(tenant);
    return this.#statusOf(tenant);
  }

  async stop(tenant: string): Promise<ProcessStatus | undefined> {
    await this.manager.stop(this.#namesOf(tenant));
    return this.#statusOf(tenant);
  }

  async restart(tenant: string): Promise<ProcessStatus | undefined> {
    for (const unit of this.#namesOf(tenant)) await this.manager.restart(unit);
    await this.#requireAnswer(tenant);
    return this.#statusOf(tenant);
  }

  async status(): Promise<ReadonlyMap<string, ProcessStatus>> {
    const all = await this.manager.status(this.units.map(({ name }) => name));
    return new Map(all.map((status) => [status.tenant, status]));
  }

  #unitsOf(tenant: string): UnitPlan[] {
    return this.units.filter((unit) => unit.tenant === tenant);
  }

  #namesOf(tenant: string): string[] {
    const names = this.#unitsOf(tenant).map(({ name }) => name);
    if (names.length > 0) return names;
    throw new NotHosted(`${tenant}: has no process that ${this.manager.kind} could start.`, {
      tenant,
      hint: `Run \`tenantry settings check ${tenant}\`, then \`tenantry hosting apply\`.`,
    });
  }

  async #statusOf(tenant: string): Promise<ProcessStatus | undefined> {
    return (await this.manager.status([tenant]))[0];
  }

  /** systemd hears from the processes when they are ready; supervisord knows only that they have not ended yet. */
  async #requireAnswer(tenant: string): Promise<void> {
    if (this.manager.kind !== 'supervisord') return;
    const proofs = await proveUnits(this.#unitsOf(tenant));
    const silent = proofs.find(({ problem }) => problem !== undefined);
    if (silent === undefined) return;
    const hint = `Run \`tenantry logs ${tenant}\`.`;
    throw new NoAnswer(`${silent.name}: does not answer: ${silent.problem}.`, { tenant, hint });
  }
}
