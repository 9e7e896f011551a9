import type { Report, Upstream } from '../launch.js';

export interface RoutedTenant {
  readonly name: string;
  /** Exact names, or `.example.app` for all its subdomains. */
  readonly hosts: readonly string[];
}

export interface GatewayOptions {
  host: string;
  /** 0: any free one. */
  port: number;
  /** Lower-cased, without port; `createRouter` makes one. */
  route(hostname: string): string | undefined;
  /** Named on the page for an unknown host, in development only. */
  tenants(): readonly RoutedTenant[];
  upstream(tenant: string): Promise<Upstream>;
  development: boolean;
  /** So long is a request held while its tenant starts. */
  holdTimeoutMs: number;
  /** So long may a tenant take for the first byte of its response. Default 120 s. */
  responseTimeoutMs?: number;
  report: Report;
}

export interface Gateway {
  readonly port: number;
  /** Stops accepting, lets what is in flight finish, at most `graceMs` (default 5 s). */
  close(graceMs?: number): Promise<void>;
}

/** Throws PortTaken or AddressUnusable. */
export function startGateway(_options: GatewayOptions): Promise<Gateway> {
  throw new TypeError('not yet');
}
