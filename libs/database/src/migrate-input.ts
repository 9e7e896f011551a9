import type { MigrationClass } from '#libs/settings';
import type { Identity, TenantDatabase } from './addresses.js';
import type { TenantConnections } from './tenant-connections.js';

export interface MigrationEvent {
  readonly migration: string;
  readonly state: 'started' | 'applied' | 'failed';
  /** Since it started. */
  readonly elapsedMs: number;
}

/** What going up and going back have in common. */
export interface MigrationWork {
  readonly db: TenantDatabase;
  /** To this database, for a caller that has some open; a lock is then held until they are closed. */
  readonly connections?: TenantConnections | undefined;
  readonly identity: Identity;
  readonly migrations: readonly MigrationClass[];
  /** How long to wait for somebody else who is migrating this database. */
  readonly lockWaitMs: number;
  /** Stops between two migrations, or while waiting. */
  readonly signal?: AbortSignal | undefined;
  readonly report?: ((event: MigrationEvent) => void) | undefined;
  /** Kept in the ledger. */
  readonly runId?: string | undefined;
  /** Postgres' lock_timeout and statement_timeout for each migration that declares none; without limit unless given. */
  readonly lockTimeoutMs?: number | undefined;
  readonly statementTimeoutMs?: number | undefined;
  /** Called under the lock with what is about to run, before the first write; what it throws ends the work there. */
  readonly onDecided?: ((names: readonly string[]) => Promise<void>) | undefined;
  /** Called at each step by its name, so that a test can end the process at every one of them. */
  readonly onStep?: ((step: string) => void) | undefined;
}

export interface MigrateInput extends MigrationWork {
  /** Hash of each migration by name, from the release's manifest; kept in the ledger and compared with it. */
  readonly hashes?: Readonly<Record<string, string>> | undefined;
  /** Names of migrations that may run out of order, or differ from what was applied. */
  readonly allow?: readonly string[] | undefined;
  /** The last migration to run; default: the release's last. */
  readonly to?: string | undefined;
  /** Records what is pending as applied without running it. */
  readonly isFake?: boolean | undefined;
}

export interface MigrateResult {
  /** By this call, oldest first. */
  readonly applied: string[];
  /** Read back from the database. */
  readonly head: string | null;
}
