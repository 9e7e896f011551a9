import type { QueryRunner } from 'typeorm';
import { MigrationFailed, MigrationInterrupted } from './errors.js';
import { ensureHistoryTable, recordMigration } from './history.js';
import type { MigrateInput, MigrationEvent } from './migrate.js';
import type { Migration } from './migration-list.js';
import { errorText, safeCause } from './postgres-error.js';
import { withQueryRunner } from './query-runner.js';
import { proveDatabase } from './stamp.js';

/** Runs the migrations one by one as the owner role. Answers the names of those that were applied. */
export async function runMigrations(input: MigrateInput, pending: readonly Migration[]): Promise<string[]> {
  const applied: string[] = [];
  await withQueryRunner(input.db, async (runner) => {
    // Proven again: this is the connection that writes.
    await proveDatabase(runner, input.identity);
    await ensureHistoryTable(runner, input.db.runtimeRole);
    for (const migration of pending) {
      if (input.signal?.aborted) throw interrupted(input, applied);
      await runReported(runner, { input, migration, applied });
      applied.push(migration.name);
    }
  });
  return applied;
}

interface Run {
  readonly input: MigrateInput;
  readonly migration: Migration;
  readonly applied: readonly string[];
}

async function runReported(runner: QueryRunner, run: Run): Promise<void> {
  const start = performance.now();
  const report = (state: MigrationEvent['state']): void =>
    run.input.report?.({ migration: run.migration.name, state, elapsedMs: performance.now() - start });
  report('started');
  try {
    await runOne(runner, run);
  } catch (error) {
    report('failed');
    throw migrationFailed(run, error);
  }
  report('applied');
}

async function runOne(runner: QueryRunner, { input, migration }: Run): Promise<void> {
  const { name, timestamp, instance } = migration;
  const entry = { name, timestamp, hash: input.hashes?.[name], runId: input.runId };
  // The class came from the application, which types its parameter as TypeORM's QueryRunner; here nothing can know.
  const up = (): Promise<unknown> => instance.up(runner as never);
  await setTimeouts(runner, input);
  if (!migration.isTransactional) await up();
  await runner.startTransaction();
  try {
    if (migration.isTransactional) await up();
    await recordMigration(runner, entry);
    await runner.commitTransaction();
  } catch (error) {
    // Fails only on a lost connection, and then the server has rolled back by itself.
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => {});
    throw error;
  }
}

// Before each migration, since the one before may have set them for its session.
async function setTimeouts(runner: QueryRunner, input: MigrateInput): Promise<void> {
  await runner.query(
    `SELECT set_config('lock_timeout', $1, false), set_config('statement_timeout', $2, false)`,
    [String(input.lockTimeoutMs ?? 0), String(input.statementTimeoutMs ?? 0)],
  );
}

function migrationFailed({ input, migration, applied }: Run, error: unknown): MigrationFailed {
  const { tenant } = input.identity;
  const secrets = [input.db.ownerPassword];
  const state = migration.isTransactional
    ? 'It was rolled back'
    : 'It runs outside a transaction, so a part of it may remain';
  return new MigrationFailed(
    `${tenant}: migration ${migration.name} failed: ${errorText(error, secrets)}. ${state}; ${applied.length} before it in this run are done.`,
    {
      tenant,
      cause: safeCause(error, secrets),
      hint: `Mend the migration or the data, then run \`tenantry migrate --tenant ${tenant}\` again.`,
      migration: migration.name,
      applied: [...applied],
    },
  );
}

function interrupted(
  { identity: { tenant } }: MigrateInput,
  applied: readonly string[],
): MigrationInterrupted {
  return new MigrationInterrupted(
    `${tenant}: stopped between two migrations; ${applied.length} of this run are done.`,
    {
      tenant,
      hint: `Run \`tenantry migrate --tenant ${tenant}\` to go on.`,
      applied: [...applied],
    },
  );
}
