import { connectAs, type Connection, using } from './connect.js';
import { type AppliedMigration, type DatabaseState, readProvenState } from './database-state.js';
import { HeadMismatch, MigrationRefused } from './errors.js';
import { forgetMigration } from './history.js';
import type { MigrationWork } from './migrate-input.js';
import { type Migration, readMigrations } from './migration-list.js';
import { lockForMigration } from './migration-lock.js';
import { performStep } from './migration-step.js';
import { withQueryRunner } from './query-runner.js';

export interface RevertInput extends MigrationWork {
  /** Which to take back, of those that the database has, in the order in which they were applied. */
  readonly choose: (applied: readonly AppliedMigration[]) => readonly string[];
}

export interface RevertResult {
  /** By this call, in the order in which they were taken back: the newest first. */
  readonly reverted: string[];
  /** Read back from the database. */
  readonly head: string | null;
}

/**
 * Takes migrations back by their `down`, the newest first, each in its own transaction with its entries.
 * @throws MigrationRefused (4) before anything is written when one is irreversible, unknown to the release, or has a
 * newer one on top of it that is to stay; and as migrateDatabase.
 */
export async function revertDatabase(input: RevertInput): Promise<RevertResult> {
  const migrations = readMigrations(input.migrations);
  return using(connectAs(input.db, 'owner'), async (connection) => {
    input.onStep?.('connected');
    const read = (): Promise<DatabaseState> => readProvenState(connection, input.identity);
    const before = await read();
    if (decide(before, input, migrations).length === 0) return { reverted: [], head: headOf(before) };
    await lockForMigration(connection, input);
    input.onStep?.('locked');
    const chosen = decide(await read(), input, migrations);
    if (chosen.length > 0) await input.onDecided?.(chosen.map(({ name }) => name));
    const reverted = await runDown(connection, input, chosen);
    return { reverted, head: provenHead(await read(), input, reverted) };
  });
}

/** What `revertDatabase` would take back, the newest first; writes nothing, refuses the same. */
export async function planReversion(
  input: Pick<RevertInput, 'db' | 'identity' | 'migrations' | 'choose'>,
): Promise<{ chosen: string[]; head: string | null }> {
  const migrations = readMigrations(input.migrations);
  return using(connectAs(input.db, 'runtime'), async (connection) => {
    const state = await readProvenState(connection, input.identity);
    return { chosen: decide(state, input, migrations).map(({ name }) => name), head: headOf(state) };
  });
}

type Choice = Pick<RevertInput, 'identity' | 'choose'>;

function decide(state: DatabaseState, input: Choice, migrations: readonly Migration[]): Migration[] {
  const { tenant } = input.identity;
  const known = new Map(state.history.map((each) => [each.name, each]));
  const applied = state.order.flatMap((name) => known.get(name) ?? []);
  const chosen = new Set(input.choose(applied));
  const newestFirst = state.order.toReversed();
  const staying = newestFirst.slice(0, chosen.size).filter((name) => !chosen.has(name));
  if (staying.length > 0) throw coveredBy(tenant, [...chosen], staying);
  return newestFirst.slice(0, chosen.size).map((name) => {
    const migration = migrations.find((each) => each.name === name);
    if (migration === undefined) throw unknownToRelease(tenant, name);
    if (!migration.isReversible) throw irreversible(tenant, name);
    return migration;
  });
}

async function runDown(
  connection: Connection,
  input: RevertInput,
  chosen: readonly Migration[],
): Promise<string[]> {
  const reverted: string[] = [];
  if (chosen.length === 0) return reverted;
  await withQueryRunner(connection, async (runner) => {
    for (const migration of chosen) {
      await performStep(runner, {
        ...{ connection, work: input, migration, done: reverted },
        act: (on) => migration.instance.down(on as never),
        record: (on) => forgetMigration(on, migration.name),
      });
      reverted.push(migration.name);
    }
  });
  return reverted;
}

function headOf({ history }: DatabaseState): string | null {
  return history.at(-1)?.name ?? null;
}

function provenHead(
  after: DatabaseState,
  { identity: { tenant } }: RevertInput,
  reverted: readonly string[],
): string | null {
  const left = after.order.filter((name) => reverted.includes(name));
  if (left.length === 0) return headOf(after);
  throw new HeadMismatch(`${tenant}: after going back, the database still has ${left.join(', ')}.`, {
    tenant,
    hint: 'Somebody changed public.migrations meanwhile; compare `tenantry migrate status`.',
  });
}

function coveredBy(tenant: string, chosen: readonly string[], staying: readonly string[]): MigrationRefused {
  return new MigrationRefused(
    `${tenant}: ${chosen.join(', ')} cannot be taken back below ${staying.join(', ')}, which was applied later. Nothing was written.`,
    { tenant, hint: 'Take back the later ones first, or write a new migration that changes it.' },
  );
}

function unknownToRelease(tenant: string, name: string): MigrationRefused {
  return new MigrationRefused(
    `${tenant}: the release does not know ${name}, so it cannot take it back. Nothing was written.`,
    { tenant, hint: 'Name the release that brought it with --release.' },
  );
}

function irreversible(tenant: string, name: string): MigrationRefused {
  return new MigrationRefused(
    `${tenant}: ${name} is declared irreversible: its down cannot bring back what it took away. Nothing was written.`,
    { tenant, hint: 'Write a new migration, or restore a backup.' },
  );
}
