import type { Supervisor } from '#libs/processes';
import { watchCheckout } from '#libs/release';
import { createTenant } from '../tenants/create-tenant.js';
import type { Dependencies } from '../dependencies.js';
import { listTenants, siteAddresses } from '../tenants/list-tenants.js';
import { failureOf, forEachOf } from '../outcome.js';
import { serve } from '../processes/serve.js';
import { everyTenant, selectTenants } from '../targets.js';

export interface DevelopmentRequest {
  readonly port?: number | undefined;
  out(text: string): void;
}

/**
 * `npm run dev`: creates the checkout's tenants that have no database yet, serves all of them, compiles as sources
 * change and restarts the tenants that run. The database stays for the next time.
 */
export async function runDevelopment(dependencies: Dependencies, request: DevelopmentRequest): Promise<void> {
  const { report, signal } = dependencies;
  await createMissing(dependencies);
  const addresses = (await listTenants(dependencies)).flatMap(siteAddresses);
  let supervisor: Supervisor | undefined;
  const watching = watchCheckout({
    ...{ checkout: dependencies.codeRoot, signal },
    report: (line) => report.step(line),
    onChange: async () => restartRunning(dependencies, supervisor),
  });
  const tenants = await selectTenants(dependencies, everyTenant);
  await serve(dependencies, {
    ...{ tenants, port: request.port, isBackground: false },
    onSupervisor: (made) => {
      supervisor = made;
    },
    onReady: ({ gateway, tenants: started }) => {
      const running = new Set(started.filter(({ state }) => state === 'running').map(({ tenant }) => tenant));
      const reachable = addresses.filter(({ unit }) => running.has(unit));
      for (const { host } of reachable) request.out(`http://${host}:${gateway.port}/\n`);
      request.out('Watching apps/ and libs/. Ctrl-C stops.\n');
    },
  });
  await watching;
}

async function createMissing(dependencies: Dependencies): Promise<void> {
  for (const { name, state } of await listTenants(dependencies)) {
    if (state !== 'new') continue;
    dependencies.report.step(`${name}: creating its database`);
    await createTenant(dependencies, { name, plan: false });
  }
}

async function restartRunning(dependencies: Dependencies, supervisor: Supervisor | undefined): Promise<void> {
  const running = (supervisor?.status() ?? []).filter(({ state }) => state !== 'stopped');
  await forEachOf(running, 2, async ({ tenant }) => {
    try {
      await supervisor?.restart(tenant);
      dependencies.report.done(`${tenant}: restarted`);
    } catch (error) {
      dependencies.report.failed(failureOf(tenant, error));
    }
  });
}
