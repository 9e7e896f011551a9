import { FailedError, type MigrationClass } from '#libs/settings';
import type { Identity, TenantDatabase } from './addresses.js';

export interface MigrationEvent {
  readonly migration: string;
  readonly state: 'started' | 'applied' | 'failed';
  /** Since it started. */
  readonly elapsedMs: number;
}
export interface MigrateInput {
  readonly db: TenantDatabase;
  readonly identity: Identity;
  readonly migrations: readonly MigrationClass[];
  /** How long to wait for somebody else who is migrating this database. */
  readonly lockWaitMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly report?: ((event: MigrationEvent) => void) | undefined;
  readonly runId?: string | undefined;
  /** Hash of each migration by name, from the release's manifest; kept in the ledger and compared with it. */
  readonly hashes?: Readonly<Record<string, string>> | undefined;
  /** Names of migrations that may run out of order or differ from what was applied. */
  readonly allow?: readonly string[] | undefined;
}
export interface MigrateResult {
  readonly applied: string[];
  readonly head: string | null;
}
export async function migrateDatabase(_input: MigrateInput): Promise<MigrateResult> {
  throw new FailedError('not there yet');
}
