import { SupervisorEnding } from '#libs/processes';
import type { Dependencies } from '../dependencies.js';
import { errorText } from '../outcome.js';
import { managedTenants, NotHosted } from '../processes/managed-tenants.js';
import { runningTenants } from '../processes/running-tenants.js';
import { findSupervisor } from '../processes/supervisor-client.js';

/** Whether it has a process, or one comes with its next visitor. */
export async function isInService(dependencies: Dependencies, tenant: string): Promise<boolean> {
  const state = (await runningTenants(dependencies)).get(tenant)?.state ?? 'stopped';
  return state !== 'stopped' && state !== 'refused';
}

/** Ends all of its processes; they finish what they have. Can be repeated. */
export async function endTenant(dependencies: Dependencies, tenant: string): Promise<void> {
  const managed = await managedTenants(dependencies);
  try {
    if (managed) await managed.stop(tenant);
    else await (await findSupervisor(dependencies))?.stop(tenant);
  } catch (error) {
    // Gone with its supervisor, or nothing that the process manager has heard of.
    if (!(error instanceof SupervisorEnding) && !(error instanceof NotHosted)) throw error;
  }
}

/** Starts it where something runs that could; why it cannot is said, and stops nobody. */
export async function beginTenant(dependencies: Dependencies, tenant: string): Promise<void> {
  try {
    const managed = await managedTenants(dependencies);
    if (managed) await managed.start(tenant);
    else await (await findSupervisor(dependencies))?.start(tenant);
  } catch (error) {
    dependencies.report.warn(`${tenant}: not started: ${errorText(error)}`);
  }
}

/**
 * Tells those who lead visitors to tenants that there are others now: our gateway, or the edge and the process manager.
 * Answers what went wrong, if anything: the overlays are what counts, and the next `hosting apply` follows them.
 */
export async function tellHosts(dependencies: Dependencies, users = false): Promise<string | undefined> {
  const { processes, edge, hosting } = dependencies.home.host;
  try {
    if (processes === 'embedded') await (await findSupervisor(dependencies))?.reread();
    if (processes === 'embedded' && edge === 'gateway') return undefined;
    const { applyHosting } = await import('../hosting/apply-hosting.js');
    const { exitCode, text } = await applyHosting(dependencies, {
      users: users && hosting.users === 'own',
      plan: false,
    });
    return exitCode === 0 ? undefined : text;
  } catch (error) {
    return errorText(error);
  }
}
