import { type ProcessStatus, SupervisorEnding, SupervisordUnreachable } from '#libs/processes';
import type { Dependencies } from '../dependencies.js';
import type { ManagedTenants } from './managed-tenants.js';
import { findSupervisor } from './supervisor-client.js';

/** What the process manager says of its tenants; empty when our own supervisor does not run. */
export async function runningTenants(
  dependencies: Dependencies,
): Promise<ReadonlyMap<string, ProcessStatus>> {
  const managed = await managedElsewhere(dependencies);
  if (managed) return statusOf(dependencies, managed);
  const supervisor = await findSupervisor(dependencies);
  return new Map(supervisor?.found.tenants.map((status) => [status.tenant, status]));
}

/** One that does not answer runs nothing: what only wants to know goes on. */
export async function statusOf(
  { report }: Pick<Dependencies, 'report'>,
  managed: ManagedTenants,
): Promise<ReadonlyMap<string, ProcessStatus>> {
  try {
    return await managed.status();
  } catch (error) {
    if (!(error instanceof SupervisordUnreachable)) throw error;
    report.warn(error.message);
    return new Map();
  }
}

/**
 * Has a tenant that runs take what has changed; nothing happens to one that does not. A process manager of the system is
 * told by its files first: how many workers, how much memory.
 */
export async function restartTenant(dependencies: Dependencies, tenant: string): Promise<void> {
  const managed = await managedElsewhere(dependencies);
  if (!managed) return restartSupervised(dependencies, tenant);
  const { applyHosting } = await import('../hosting/apply-hosting.js');
  const { tenants = [] } = await applyHosting(dependencies, { users: false, plan: false });
  if (!tenants.includes(tenant)) await managed.restart(tenant);
}

async function restartSupervised(dependencies: Dependencies, tenant: string): Promise<void> {
  try {
    await (await findSupervisor(dependencies))?.restart(tenant);
  } catch (error) {
    // What its tenants run next reads everything anew.
    if (!(error instanceof SupervisorEnding)) throw error;
  }
}

/** Loaded where it is needed only: most homes run their tenants themselves, and commands begin without it. */
async function managedElsewhere(dependencies: Dependencies): Promise<ManagedTenants | undefined> {
  if (dependencies.home.host.processes === 'embedded') return undefined;
  const { managedTenants } = await import('./managed-tenants.js');
  return managedTenants(dependencies);
}
