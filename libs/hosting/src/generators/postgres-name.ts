import type { HostingPlan, PostgresPlan } from '../plan.js';

type Prefixed = Pick<HostingPlan, 'unitPrefix'>;

/** `tenants-postgres-main`: what supervisord calls the program that keeps a server. No tenant's is called so. */
export function postgresName({ unitPrefix }: Prefixed, { server }: Pick<PostgresPlan, 'server'>): string {
  return `${unitPrefix}s-postgres-${server}`;
}

/** `tenants-postgres-main.service` */
export function postgresUnit(plan: Prefixed, postgres: Pick<PostgresPlan, 'server'>): string {
  return `${postgresName(plan, postgres)}.service`;
}
