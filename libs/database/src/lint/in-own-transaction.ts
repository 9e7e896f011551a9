import type { QueryRunner } from 'typeorm';
import { BadMigrationList } from '../errors.js';
import type { Migration } from '../migration-list.js';
import { errorText } from '../postgres-error.js';

/**
 * Runs a migration's `up` in a database that nobody minds.
 * @throws BadMigrationList when it does not run on an empty database.
 */
export async function inOwnTransaction(
  runner: QueryRunner,
  { name, instance, isTransactional }: Migration,
): Promise<void> {
  try {
    if (isTransactional) await runner.startTransaction();
    await instance.up(runner as never);
    if (isTransactional) await runner.commitTransaction();
  } catch (error) {
    throw new BadMigrationList(
      `migration ${name}: fails on a database without rows: ${errorText(error, [])}.`,
      { hint: 'A new tenant could not be created with it.', cause: error },
    );
  }
}
