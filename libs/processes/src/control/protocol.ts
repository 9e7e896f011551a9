import { type ExitCode, exitCodes, TenantryError } from '#libs/settings';
import { SupervisorEnding, SupervisorError } from '../errors.js';
import type { ProcessStatus } from '../launch.js';

/** What a running supervisor says of itself and its tenants. */
export interface SupervisorStatus {
  readonly pid: number;
  readonly startedAt: string;
  readonly isEnding: boolean;
  /** Where the gateway listens, when there is one. */
  readonly gateway: { readonly host: string; readonly port: number } | null;
  /** Processes that wait for a tenant. */
  readonly spares: number;
  readonly tenants: readonly ProcessStatus[];
}

export const tenantVerbs = ['start', 'startLater', 'stop', 'restart'] as const;
export type TenantVerb = (typeof tenantVerbs)[number];

export function tenantPath(tenant: string, verb: TenantVerb): string {
  return `/tenants/${encodeURIComponent(tenant)}/${verb}`;
}

export function parseTenantPath(path: string): { tenant: string; verb: TenantVerb } | undefined {
  const [, tenant, name] = /^\/tenants\/([^/]+)\/([a-zA-Z]+)$/.exec(path) ?? [];
  const verb = tenantVerbs.find((one) => one === name);
  return tenant === undefined || verb === undefined
    ? undefined
    : { tenant: decodeURIComponent(tenant), verb };
}

/** An error as it crosses the socket. */
export interface WireError {
  readonly code: string;
  readonly exitCode: number;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly tenant?: string | undefined;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

export function toWire(error: unknown): WireError {
  if (!(error instanceof TenantryError)) {
    return { code: 'INTERNAL', exitCode: exitCodes.failed, message: `supervisor: ${String(error)}` };
  }
  const { code, exitCode, message, hint, tenant, file, line } = error;
  return { code, exitCode, message, hint, tenant, file, line };
}

export function fromWire({ code, exitCode, message, ...details }: WireError): TenantryError {
  if (code === 'SUPERVISOR_ENDING') return new SupervisorEnding(message, details);
  const known = Object.values(exitCodes).find((one) => one === exitCode);
  return new SupervisorError(
    { code, exitCode: known ?? (exitCodes.failed satisfies ExitCode), message },
    details,
  );
}
