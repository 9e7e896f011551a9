import { type ScratchTenant, buildBundle, listApplications } from '#libs/release';
import { inThrowawayHome } from '../home/throwaway-home.js';
import { type Report, silentReport } from '../report.js';
import { createTenant } from '../tenants/create-tenant.js';

export interface BuildCheckoutRequest {
  /** A checkout whose TypeScript is compiled. */
  readonly codeRoot: string;
  readonly entry: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly report: Report;
}

/**
 * Bundles the checkout and boots each of its applications once, for a tenant made up for it: so the code cache holds
 * what a start needs, and an application that does not start is found now.
 */
export async function buildCheckout(request: BuildCheckoutRequest): Promise<void> {
  const { codeRoot, report } = request;
  const apps = listApplications({ id: 'checkout', dir: codeRoot, kind: 'checkout' });
  await inThrowawayHome(
    { ...request, purpose: 'build', command: 'npm run build', port: 8080, report: silentReport },
    async (dependencies) => {
      const scratch: ScratchTenant[] = [];
      for (const app of apps) {
        report.step(`making a tenant for ${app}`);
        await createTenant(dependencies, { name: `build-${app}`, app, plan: false });
        scratch.push(scratchTenant(dependencies.home.paths.home, app));
      }
      await buildBundle({ checkout: codeRoot, scratch, report: report.step });
    },
  );
  report.done('bundled, and booted once');
}

function scratchTenant(home: string, app: string): ScratchTenant {
  return { home, tenant: `build-${app}`, app, host: `build-${app}.localhost` };
}
