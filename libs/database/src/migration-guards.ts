import type { Identity } from './addresses.js';
import { MigrationRefused, UnknownMigration } from './errors.js';
import { type Migration, timestampOf } from './migration-list.js';
import { compare, foreignOf } from './status.js';

export interface GuardInput {
  readonly identity: Identity;
  readonly migrations: readonly Migration[];
  /** Oldest first. */
  readonly applied: readonly string[];
  /** Of those applied, the ones with which a release that does not know them can live. */
  readonly expanding?: ReadonlySet<string>;
  /** By name: what was applied, and what the release has. */
  readonly appliedHashes: ReadonlyMap<string, string>;
  readonly releaseHashes: Readonly<Record<string, string>>;
  /** Names that were allowed expressly. */
  readonly allowed: readonly string[];
  /** The last one to run; default: the release's last. */
  readonly to?: string | undefined;
}

/**
 * The migrations to run, oldest first.
 * @throws MigrationRefused when the database is newer than the release by more than expanding migrations, when a pending migration is older than
 * what was applied, or when an applied one was edited since.
 */
export function decidePending(input: GuardInput): Migration[] {
  const names = input.migrations.map(({ name }) => name);
  const { pending, unknown, head } = compare(input.applied, names);
  const foreign = foreignOf({ pending, unknown }, names, input.expanding ?? new Set());
  if (foreign.length > 0) throw newerThanRelease(input.identity, foreign);
  const isAllowed = (name: string): boolean => input.allowed.includes(name);
  const edited = input.applied.filter((name) => isEdited(name, input) && !isAllowed(name));
  if (edited.length > 0) throw editedSince(input.identity, edited);
  const wanted = upTo(input.migrations, input.to).filter(({ name }) => pending.includes(name));
  const late = wanted.filter(
    ({ name, timestamp }) => head !== null && timestamp < timestampOf(head) && !isAllowed(name),
  );
  const lateNames = late.map(({ name }) => name);
  if (late.length > 0) throw outOfOrder(input.identity, lateNames, head ?? '');
  return wanted;
}

/**
 * The migrations up to the named one.
 * @throws UnknownMigration (exit 2) when the release has none of that name.
 */
export function upTo(migrations: readonly Migration[], to: string | undefined): readonly Migration[] {
  if (to === undefined) return migrations;
  const last = migrations.findIndex(({ name }) => name === to);
  if (last >= 0) return migrations.slice(0, last + 1);
  throw new UnknownMigration(`--to ${to}: the release has no migration of that name.`, {
    hint: `Its last one is ${migrations.at(-1)?.name ?? 'none'}; \`tenantry migrate status\` shows each head.`,
  });
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
    {
      tenant,
      hint: `Undo the change and put it into a new migration, or, where it makes no difference, go on with --allow ${edited.join(',')}.`,
    },
  );
}

function outOfOrder({ tenant }: Identity, late: readonly string[], head: string): MigrationRefused {
  return new MigrationRefused(
    `${tenant}: ${late.join(', ')} is older than ${head}, which was applied already. Nothing was written.`,
    {
      tenant,
      hint: `Give the migration a newer timestamp, or run it out of order with --allow ${late.join(',')}.`,
    },
  );
}
