import { EventEmitter } from 'node:events';
import type { Launch, ProcessStatus, Report, Upstream } from './launch.js';

export interface SupervisorOptions {
  /** Reads settings and decides the command; a SettingsError makes the tenant `refused`. */
  prepare(tenant: string): Promise<Launch>;
  now(): Date;
  report: Report;
  /** So long must a process live before its next crash counts as a first one. Default 30 s. */
  stabilityMs?: number;
  /** A log grows to this, then its content moves to `<log>.1`. Default 10 MB. */
  logBytes?: number;
}

export interface SupervisorEvents {
  change: [ProcessStatus];
}

/** Starts, watches, restarts and stops the processes of many tenants; what happens to one touches no other. */
export class Supervisor {
  readonly events = new EventEmitter<SupervisorEvents>();

  constructor(readonly options: SupervisorOptions) {}

  /** Resolves when it runs; throws TenantRefused, TenantStartFailed, or what `prepare` threw. */
  start(_tenant: string): Promise<ProcessStatus> {
    throw new TypeError('not yet');
  }

  stop(_tenant: string): Promise<ProcessStatus> {
    throw new TypeError('not yet');
  }

  /** A new process first, then the old one drains; when the new one fails, the old one goes on and this throws. */
  restart(_tenant: string): Promise<ProcessStatus> {
    throw new TypeError('not yet');
  }

  stopAll(): Promise<void> {
    throw new TypeError('not yet');
  }

  status(): ProcessStatus[] {
    return [];
  }

  /** Waits while the tenant starts; throws TenantUnavailable when waiting cannot help. */
  upstream(_tenant: string): Promise<Upstream> {
    throw new TypeError('not yet');
  }
}
