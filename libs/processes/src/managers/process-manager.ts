import type { ProcessStatus } from '../launch.js';

/** What starts and watches the processes of tenants. A unit is a tenant's processes, or those of a site with its own. */
export interface ProcessManager {
  readonly kind: 'embedded' | 'systemd' | 'supervisord';
  /** Resolves when they run, or wait for their first request where the manager wakes them. Throws what the first failure was. */
  start(units: readonly string[]): Promise<void>;
  /** Resolves when their processes have drained and nothing starts them any more. */
  stop(units: readonly string[]): Promise<void>;
  /** All processes of the unit run what is now on disk, none of its requests is lost. Throws when it does not come up. */
  restart(unit: string): Promise<void>;
  /** In the order asked for; one that the manager does not know is `stopped`. */
  status(units: readonly string[]): Promise<readonly ProcessStatus[]>;
}
