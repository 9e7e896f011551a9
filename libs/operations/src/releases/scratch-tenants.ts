import { type ScratchTenant, listApplications } from '#libs/release';
import { inThrowawayHome } from '../home/throwaway-home.js';
import { type Report, silentReport } from '../report.js';
import { createTenant } from '../tenants/create-tenant.js';

export interface ScratchRequest {
  /** The compiled code that the tenants are to boot: a checkout, or a release that is being built. */
  readonly codeRoot: string;
  readonly entry: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly command: string;
  readonly report: Report;
}

/** Makes a tenant for each application, in a home and a Postgres of their own; all are gone afterwards. */
export async function withScratchTenants<T>(
  request: ScratchRequest,
  work: (tenants: readonly ScratchTenant[]) => Promise<T>,
): Promise<T> {
  const { codeRoot, report } = request;
  const apps = listApplications({ id: 'checkout', dir: codeRoot, kind: 'checkout' });
  return inThrowawayHome(
    { ...request, purpose: 'build', port: 8080, report: silentReport },
    async (dependencies) => {
      const { home } = dependencies.home.paths;
      const tenants: ScratchTenant[] = [];
      for (const app of apps) {
        const tenant = `build-${app}`;
        report.step(`making a tenant for ${app}`);
        await createTenant(dependencies, { name: tenant, app, fromTemplate: false, plan: false });
        tenants.push({ home, tenant, app, host: `${tenant}.localhost` });
      }
      return work(tenants);
    },
  );
}
