import type { MigrationClass, SqlRunner } from '#libs/settings';
import { readHistory, type RecordedKind } from './history.js';
import { migrationNames, timestampOf } from './migration-list.js';

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
  return compare(
    applied.map(({ name }) => name),
    migrationNames(input.migrations),
  );
}

/**
 * Whether a release with these migrations can run on the schema: it has all of them, and whatever it has besides is
 * recorded as expanding by the newer release that applied it.
 */
export async function checkSchema(
  connection: SqlRunner,
  expectedNames: readonly string[],
): Promise<'current' | { pending: string[]; unknown: string[] }> {
  const applied = await readHistory(connection);
  const status = compare(
    applied.map(({ name }) => name),
    expectedNames,
  );
  const { pending } = status;
  const unknown = foreignOf(status, expectedNames, expandingOf(applied));
  return pending.length === 0 && unknown.length === 0 ? 'current' : { pending, unknown };
}

/**
 * Which of the migrations that a release does not know keep it from this database: all but those that a newer release
 * has added to a schema of its own, whole. Where its own are missing, or the others are older, the database is of
 * another application.
 */
export function foreignOf(
  { pending, unknown }: Pick<MigrationStatus, 'pending' | 'unknown'>,
  expectedNames: readonly string[],
  expanding: ReadonlySet<string>,
): string[] {
  if (pending.length > 0) return unknown;
  const own = Math.max(...expectedNames.map(timestampOf));
  return unknown.filter((name) => !expanding.has(name) || timestampOf(name) < own);
}

/**
 * Names of the applied migrations that add and take nothing away, so that an older release can live with them. One of
 * which nobody said so is not among them.
 */
export function expandingOf(
  applied: readonly { readonly name: string; readonly kind: RecordedKind }[],
): ReadonlySet<string> {
  return new Set(applied.flatMap(({ name, kind }) => (kind === 'expand' ? [name] : [])));
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
