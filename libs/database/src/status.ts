import type { MigrationClass, SqlRunner } from '#libs/settings';
import { readHistory } from './history.js';
import { migrationNames } from './migration-list.js';

export interface MigrationStatus {
  /** The newest migration that the database has. */
  readonly head: string | null;
  /** In the release, not in the database. */
  readonly pending: string[];
  /** In the database, not in the release: the database is newer. */
  readonly unknown: string[];
}

/** Compares a database with a release by one query; writes nothing, makes no table. */
export async function migrationStatus(input: {
  readonly connection: SqlRunner;
  /** Classes, or their names as a manifest lists them. */
  readonly migrations: readonly (MigrationClass | string)[];
}): Promise<MigrationStatus> {
  const applied = await readHistory(input.connection);
  return compare(applied, migrationNames(input.migrations));
}

/** Whether the schema is neither older nor newer than expected. */
export async function checkSchema(
  connection: SqlRunner,
  expectedNames: readonly string[],
): Promise<'current' | { pending: string[]; unknown: string[] }> {
  const { pending, unknown } = compare(await readHistory(connection), expectedNames);
  return pending.length === 0 && unknown.length === 0 ? 'current' : { pending, unknown };
}

/** @param applied oldest first */
export function compare(applied: readonly string[], expected: readonly string[]): MigrationStatus {
  const inDatabase = new Set(applied);
  const inRelease = new Set(expected);
  return {
    head: applied.at(-1) ?? null,
    pending: expected.filter((name) => !inDatabase.has(name)),
    unknown: applied.filter((name) => !inRelease.has(name)),
  };
}
