import type { ProcessStatus } from '../launch.js';

/** What a running supervisor says of itself and its tenants. */
export interface SupervisorStatus {
  readonly pid: number;
  readonly startedAt: string;
  /** Where the gateway listens, when there is one. */
  readonly gateway: { readonly host: string; readonly port: number } | null;
  readonly tenants: readonly ProcessStatus[];
}
