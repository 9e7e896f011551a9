import type { Connection } from './connect.js';
import { ensureHistoryTable, recordMigration } from './history.js';
import type { MigrateInput } from './migrate-input.js';
import type { Migration } from './migration-list.js';
import { performStep } from './migration-step.js';
import { withQueryRunner } from './query-runner.js';

/** Runs the migrations one by one. Answers the names of those that were applied. */
export async function runMigrations(
  connection: Connection,
  input: MigrateInput,
  pending: readonly Migration[],
): Promise<string[]> {
  const applied: string[] = [];
  await withQueryRunner(connection, async (runner) => {
    await ensureHistoryTable(runner, input.db.runtimeRole);
    input.onStep?.('history table');
    for (const migration of pending) {
      const { name, timestamp, instance, kind } = migration;
      const entry = { name, timestamp, hash: input.hashes?.[name], runId: input.runId, kind };
      await performStep(runner, {
        ...{ connection, work: input, migration, done: applied },
        // The class came from the application, which types its parameter as TypeORM's QueryRunner; here nothing can know.
        act: async (on) => (input.isFake ? undefined : instance.up(on as never)),
        record: (on) => recordMigration(on, entry),
      });
      applied.push(name);
    }
  });
  return applied;
}
