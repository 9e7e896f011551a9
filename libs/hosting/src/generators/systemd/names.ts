import type { HostingPlan, UnitPlan } from '../../plan.js';

type Prefixed = Pick<HostingPlan, 'unitPrefix'>;

/** `tenant@acme.socket` */
export function socketUnit({ unitPrefix }: Prefixed, unit: string): string {
  return `${unitPrefix}@${unit}.socket`;
}

/** `tenant@acme.service`; further workers are `tenant@acme.2.service`. No site is called by a number. */
export function serviceUnit({ unitPrefix }: Prefixed, unit: string, worker = 1): string {
  return `${unitPrefix}@${unit}${worker === 1 ? '' : `.${worker}`}.service`;
}

/** The first is the one that the socket starts. */
export function serviceUnits(
  plan: Prefixed,
  { name, workers }: Pick<UnitPlan, 'name' | 'workers'>,
): string[] {
  return Array.from({ length: workers }, (_, index) => serviceUnit(plan, name, index + 1));
}

/** `tenants.target`: all sockets of the home. */
export function targetUnit({ unitPrefix }: Prefixed): string {
  return `${unitPrefix}s.target`;
}
