import { buildBundle } from '#libs/release';
import type { Report } from '../report.js';
import { withScratchTenants } from './scratch-tenants.js';

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
  await withScratchTenants({ ...request, command: 'npm run build' }, (scratch) =>
    buildBundle({ checkout: codeRoot, scratch, report: report.step }),
  );
  report.done('bundled, and booted once');
}
