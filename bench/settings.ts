import { readFileSync } from 'node:fs';

import { parse } from 'yaml';

import { loadApplication } from '#libs/release';
import { createSettingsLoader, loadTenantSettings, openHome, requireTenant } from '#libs/settings';

import { compare, type Compared } from './median.js';
import { makeSettingsHome, overlayFile } from './settings-home.js';

export interface MeasuredSettings {
  readonly tenantCount: number;
  /** A tenant's settings with everything that they consist of, as its process reads them; beside parsing its overlay. */
  readonly whole: Compared;
  /** The same where the release's own files have been read, as an operator's command has. */
  readonly next: Compared;
}

/** Milliseconds per tenant in one process. No tenant is read before it is measured, and none twice. */
export async function measureSettings(checkout: string, tenantCount: number): Promise<MeasuredSettings> {
  const application = await loadApplication({ id: 'checkout', dir: checkout, kind: 'checkout' }, 'web');
  const made = makeSettingsHome(2 * tenantCount + warmUp);
  try {
    const home = openHome(made.dir, {});
    const options = { home, releaseDir: checkout, application, env: {}, nodeEnv: 'production' };
    const loader = createSettingsLoader(options);
    const named = made.tenants.map((name) => requireTenant(home.paths, name));
    const floor = (tenant: string): unknown => parse(readFileSync(overlayFile(made.dir, tenant), 'utf8'));
    const whole = (tenants: typeof named): Compared =>
      byTurns(tenants, { ours: (tenant) => loadTenantSettings({ ...options, tenant }), floor });
    const next = (tenants: typeof named): Compared =>
      byTurns(tenants, { ours: (tenant) => loader.load(tenant), floor });
    // After start-up: the first ones also measure how V8 compiles.
    whole(named.slice(0, warmUp / 2));
    next(named.slice(warmUp / 2, warmUp));
    return {
      tenantCount,
      whole: whole(named.slice(warmUp, warmUp + tenantCount)),
      next: next(named.slice(warmUp + tenantCount)),
    };
  } finally {
    made.remove();
  }
}

const warmUp = 20;

function byTurns<Tenant>(
  tenants: readonly Tenant[],
  { ours, floor }: { ours: (tenant: Tenant) => unknown; floor: (tenant: Tenant) => unknown },
): Compared {
  const times: [number[], number[]] = [[], []];
  for (const tenant of tenants) {
    times[0].push(elapsed(() => ours(tenant)));
    times[1].push(elapsed(() => floor(tenant)));
  }
  return compare(times[0], times[1]);
}

function elapsed(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}
