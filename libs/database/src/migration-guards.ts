import type { Identity } from './addresses.js';
import { MigrationRefused } from './errors.js';
import { type Migration, timestampOf } from './migration-list.js';
import { compare } from './status.js';

export interface GuardInput {
  readonly identity: Identity;
  readonly migrations: readonly Migration[];
  /** Oldest first. */
  readonly applied: readonly string[];
  /** By name: what was applied, and what the release has. */
  readonly appliedHashes: ReadonlyMap<string, string>;
  readonly releaseHashes: Readonly<Record<string, string>>;
  /** Names that were allowed expressly. */
  readonly allowed: readonly string[];
}

/**
 * The migrations to run, oldest first.
 * @throws MigrationRefused when the database is newer than the release, when a pending migration is older than
 * what was applied, or when an applied one was edited since.
 */
export function decidePending(input: GuardInput): Migration[] {
  const names = input.migrations.map(({ name }) => name);
  const { pending, unknown, head } = compare(input.applied, names);
  if (unknown.length > 0) throw newerThanRelease(input.identity, unknown);
  const isAllowed = (name: string): boolean => input.allowed.includes(name);
  const edited = input.applied.filter((name) => isEdited(name, input) && !isAllowed(name));
  if (edited.length > 0) throw editedSince(input.identity, edited);
  const late = pending.filter(
    (name) => head !== null && timestampOf(name) < timestampOf(head) && !isAllowed(name),
  );
  if (late.length > 0) throw outOfOrder(input.identity, late, head ?? '');
  return input.migrations.filter(({ name }) => pending.includes(name));
}

function isEdited(name: string, { appliedHashes, releaseHashes }: GuardInput): boolean {
  const then = appliedHashes.get(name);
  const now = releaseHashes[name];
  return then !== undefined && now !== undefined && then !== now;
}

function newerThanRelease({ tenant }: Identity, unknown: readonly string[]): MigrationRefused {
  return new MigrationRefused(
    `${tenant}: the database is newer than the release, which does not know ${unknown.join(', ')}. Nothing was written.`,
    { tenant, hint: 'Run the release that brought these migrations.' },
  );
}

function editedSince({ tenant }: Identity, edited: readonly string[]): MigrationRefused {
  return new MigrationRefused(
    `${tenant}: ${edited.join(', ')} was changed after it had been applied. Nothing was written.`,
    { tenant, hint: 'Undo the change and put it into a new migration.' },
  );
}

function outOfOrder({ tenant }: Identity, late: readonly string[], head: string): MigrationRefused {
  return new MigrationRefused(
    `${tenant}: ${late.join(', ')} is older than ${head}, which was applied already. Nothing was written.`,
    { tenant, hint: 'Give the migration a newer timestamp.' },
  );
}
