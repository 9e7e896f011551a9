import type { QueryRunner } from 'typeorm';
import { type Connection, isLost } from './connect.js';
import { MigrationCutOff, MigrationFailed, MigrationInterrupted } from './errors.js';
import type { MigrationEvent, MigrationWork } from './migrate-input.js';
import type { Migration } from './migration-list.js';
import { errorText, safeCause } from './postgres-error.js';

/** One migration, forth or back, over a connection that was proven and locked. */
export interface MigrationStep {
  readonly connection: Connection;
  readonly work: MigrationWork;
  readonly migration: Migration;
  /** What this run has done in this database so far. */
  readonly done: readonly string[];
  /** Its own statements. */
  readonly act: (runner: QueryRunner) => Promise<unknown>;
  /** Notes in the database that it was done; in the migration's transaction. */
  readonly record: (runner: QueryRunner) => Promise<void>;
}

/** @throws MigrationFailed, MigrationCutOff, MigrationInterrupted when it was not even begun. */
export async function performStep(runner: QueryRunner, step: MigrationStep): Promise<void> {
  if (step.work.signal?.aborted) throw interrupted(step);
  const start = performance.now();
  const report = (state: MigrationEvent['state']): void =>
    step.work.report?.({ migration: step.migration.name, state, elapsedMs: performance.now() - start });
  report('started');
  try {
    await inItsTransaction(runner, step);
  } catch (error) {
    report('failed');
    throw isLost(step.connection, error) ? cutOff(step, error) : migrationFailed(step, error);
  }
  report('applied');
}

async function inItsTransaction(runner: QueryRunner, step: MigrationStep): Promise<void> {
  const { migration, work, act, record } = step;
  const { name, isTransactional } = migration;
  await setTimeouts(runner, step);
  if (!isTransactional) await act(runner);
  await runner.startTransaction();
  try {
    if (isTransactional) await act(runner);
    work.onStep?.(`${name} ran`);
    await record(runner);
    work.onStep?.(`${name} recorded`);
    await runner.commitTransaction();
    work.onStep?.(`${name} committed`);
  } catch (error) {
    // Fails only on a lost connection, and then the server has rolled back by itself.
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => {});
    throw error;
  }
}

// Before each migration, since the one before may have set them for its session.
async function setTimeouts(runner: QueryRunner, { work, migration }: MigrationStep): Promise<void> {
  const lockTimeoutMs = migration.lockTimeoutMs ?? work.lockTimeoutMs ?? 0;
  const statementTimeoutMs = migration.statementTimeoutMs ?? work.statementTimeoutMs ?? 0;
  await runner.query(
    `SELECT set_config('lock_timeout', $1, false), set_config('statement_timeout', $2, false)`,
    [String(lockTimeoutMs), String(statementTimeoutMs)],
  );
}

function migrationFailed({ work, migration, done }: MigrationStep, error: unknown): MigrationFailed {
  const { tenant } = work.identity;
  const secrets = [work.db.ownerPassword];
  const state = migration.isTransactional
    ? 'It was rolled back'
    : 'It runs outside a transaction, so a part of it may remain';
  return new MigrationFailed(
    `${tenant}: migration ${migration.name} failed: ${errorText(error, secrets)}. ${state}; ${done.length} before it in this run are done.`,
    {
      tenant,
      cause: safeCause(error, secrets),
      hint: `Mend the migration or the data, then run \`tenantry migrate --tenant ${tenant}\` again.`,
      migration: migration.name,
      applied: [...done],
    },
  );
}

// Lost while COMMIT ran, it may be in or not: only the database knows.
function cutOff({ work, migration, done }: MigrationStep, error: unknown): MigrationCutOff {
  const { tenant } = work.identity;
  const secrets = [work.db.ownerPassword];
  const state = migration.isTransactional
    ? 'The database has all of it or nothing'
    : 'It runs outside a transaction, so a part of it may remain';
  return new MigrationCutOff(
    `${tenant}: the connection was lost while migration ${migration.name} ran: ${errorText(error, secrets)}. ${state}; ${done.length} before it in this run are done.`,
    {
      tenant,
      cause: safeCause(error, secrets),
      hint: `When Postgres runs, \`tenantry migrate --tenant ${tenant}\` looks and goes on.`,
      migration: migration.name,
      applied: [...done],
    },
  );
}

function interrupted({ work, done }: MigrationStep): MigrationInterrupted {
  const { tenant } = work.identity;
  return new MigrationInterrupted(
    `${tenant}: stopped between two migrations; ${done.length} of this run are done.`,
    { tenant, hint: `Run \`tenantry migrate --tenant ${tenant}\` to go on.`, applied: [...done] },
  );
}
