import type { MigrationClass } from '#libs/settings';
import type { Identity, TenantDatabase } from './addresses.js';
import { connectAs, type Connection, using } from './connect.js';
import { isTooLow, readConnectionLimit } from './connection-limit.js';
import { DatabaseLocked, HeadMismatch, MigrationInterrupted } from './errors.js';
import { readHashes, readHistory } from './history.js';
import { lockHolder, lockKeys, takeLock } from './locks.js';
import { decidePending } from './migration-guards.js';
import { type Migration, readMigrations } from './migration-list.js';
import { runMigrations } from './run-migrations.js';
import { proveDatabase } from './stamp.js';
import { compare } from './status.js';

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
  /** Stops between two migrations, or while waiting. */
  readonly signal?: AbortSignal | undefined;
  readonly report?: ((event: MigrationEvent) => void) | undefined;
  /** Kept in the ledger. */
  readonly runId?: string | undefined;
  /** Hash of each migration by name, from the release's manifest; kept in the ledger and compared with it. */
  readonly hashes?: Readonly<Record<string, string>> | undefined;
  /** Names of migrations that may run out of order, or differ from what was applied. */
  readonly allow?: readonly string[] | undefined;
  /** Postgres' lock_timeout and statement_timeout for each migration; without limit unless given. */
  readonly lockTimeoutMs?: number | undefined;
  readonly statementTimeoutMs?: number | undefined;
  /** How many connections the tenant's processes may need; the result says when its role may not have so many. */
  readonly runtimeConnections?: number | undefined;
}

export interface MigrateResult {
  /** By this call, oldest first. */
  readonly applied: string[];
  /** Read back from the database. */
  readonly head: string | null;
  /** There when the runtime role may have fewer connections than `runtimeConnections`: see raiseConnectionLimit. */
  readonly isConnectionLimitTooLow?: true;
}

/**
 * Brings a tenant's database to the release's schema as its owner role, each migration in its own transaction.
 * The stamp is proven before the first write, and the result is read back.
 * @throws WrongIdentity (78), DatabaseLocked (75), MigrationRefused (4), MigrationFailed (1), HeadMismatch (1),
 * MigrationInterrupted (130), and what connecting throws.
 */
export async function migrateDatabase(input: MigrateInput): Promise<MigrateResult> {
  const migrations = readMigrations(input.migrations);
  return using(connectAs(input.db, 'owner'), async (connection) => {
    await proveDatabase(connection, input.identity);
    const result = await migrate(connection, input, migrations);
    return (await hasRoom(connection, input)) ? result : { ...result, isConnectionLimitTooLow: true };
  });
}

async function migrate(
  connection: Connection,
  input: MigrateInput,
  migrations: readonly Migration[],
): Promise<MigrateResult> {
  // Asked before locking, so that a fleet with nothing to do costs one look each.
  if ((await pendingOf(connection, input, migrations)).length === 0) {
    return { applied: [], head: await provenHead(connection, input, migrations) };
  }
  await lock(connection, input);
  const pending = await pendingOf(connection, input, migrations);
  const applied = pending.length === 0 ? [] : await runMigrations(input, pending);
  return { applied, head: await provenHead(connection, input, migrations) };
}

async function hasRoom(connection: Connection, { db, runtimeConnections }: MigrateInput): Promise<boolean> {
  if (runtimeConnections === undefined) return true;
  return !isTooLow(await readConnectionLimit(connection, db), runtimeConnections);
}

async function pendingOf(
  connection: Connection,
  input: MigrateInput,
  migrations: readonly Migration[],
): Promise<Migration[]> {
  const releaseHashes = input.hashes ?? {};
  const needsHashes = Object.keys(releaseHashes).length > 0;
  return decidePending({
    identity: input.identity,
    migrations,
    applied: await readHistory(connection),
    appliedHashes: needsHashes ? await readHashes(connection) : new Map(),
    releaseHashes,
    allowed: input.allow ?? [],
  });
}

async function lock(connection: Connection, input: MigrateInput): Promise<void> {
  if (await takeLock(connection, lockKeys.migrate, { waitMs: input.lockWaitMs, signal: input.signal }))
    return;
  const { tenant } = input.identity;
  if (input.signal?.aborted) {
    throw new MigrationInterrupted(
      `${tenant}: stopped while waiting for another migration. Nothing was written.`,
      { tenant },
    );
  }
  const holder = await lockHolder(connection, lockKeys.migrate);
  throw new DatabaseLocked(`${tenant}: database "${input.db.name}" is being migrated by ${holder}.`, {
    tenant,
    hint: 'Wait for it to end, or give this command more time with --lock-wait.',
  });
}

/** The head, after making sure that the database has all of the release's migrations and no others. */
async function provenHead(
  connection: Connection,
  input: MigrateInput,
  migrations: readonly Migration[],
): Promise<string | null> {
  const found = compare(
    await readHistory(connection),
    migrations.map(({ name }) => name),
  );
  const missing = [...found.pending, ...found.unknown];
  if (missing.length === 0) return found.head;
  const { tenant } = input.identity;
  throw new HeadMismatch(
    `${tenant}: after migrating, the database and the release differ by ${missing.join(', ')}.`,
    {
      tenant,
      hint: 'Somebody changed public.migrations meanwhile; compare `tenantry migrate status`.',
    },
  );
}
