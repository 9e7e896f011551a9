import { connectAs, type Connection, using } from './connect.js';
import { type DatabaseState, readProvenState } from './database-state.js';
import { HeadMismatch } from './errors.js';
import type { MigrateInput, MigrateResult } from './migrate-input.js';
import { lockForMigration } from './migration-lock.js';
import { decidePending, upTo } from './migration-guards.js';
import { type Migration, readMigrations } from './migration-list.js';
import { runMigrations } from './run-migrations.js';
import { compare, expandingOf } from './status.js';
import { withRole } from './tenant-connections.js';

/**
 * Brings a tenant's database to the release's schema as its owner role, each migration in its own transaction, all
 * over one connection. The stamp is proven before the first write, and the result is read back.
 * @throws WrongIdentity (78), DatabaseLocked (75), MigrationRefused (4), UnknownMigration (2), MigrationFailed (1),
 * MigrationCutOff (1), HeadMismatch (1), MigrationInterrupted (130), and what connecting throws.
 */
export async function migrateDatabase(input: MigrateInput): Promise<MigrateResult> {
  const migrations = readMigrations(input.migrations);
  return withRole({ ...input, role: 'owner' }, async (connection) => {
    input.onStep?.('connected');
    const before = await readProvenState(connection, input.identity);
    return migrate(connection, { input, migrations, before });
  });
}

/** The names of the migrations that `migrateDatabase` would run, and the head; writes nothing, refuses the same. */
export async function planMigration(
  input: Pick<MigrateInput, 'db' | 'identity' | 'migrations' | 'hashes' | 'allow' | 'to'>,
): Promise<{ pending: string[]; head: string | null }> {
  const migrations = readMigrations(input.migrations);
  return using(connectAs(input.db, 'runtime'), async (connection) => {
    const state = await readProvenState(connection, input.identity);
    const pending = pendingOf({ input, migrations, before: state });
    return { pending: pending.map(({ name }) => name), head: headOf(state) };
  });
}

interface Look {
  readonly input: Pick<MigrateInput, 'identity' | 'hashes' | 'allow' | 'to'>;
  readonly migrations: readonly Migration[];
  readonly before: DatabaseState;
}

async function migrate(
  connection: Connection,
  look: Look & { readonly input: MigrateInput },
): Promise<MigrateResult> {
  const { input, migrations } = look;
  // Asked before locking, so that a fleet with nothing to do costs one look each.
  if (pendingOf(look).length === 0) return { applied: [], head: headOf(look.before) };
  await lockForMigration(connection, input);
  input.onStep?.('locked');
  // Proven again, under the lock: somebody else may have been at work meanwhile.
  const read = (): Promise<DatabaseState> => readProvenState(connection, input.identity);
  const pending = pendingOf({ input, migrations, before: await read() });
  if (pending.length > 0) await input.onDecided?.(pending.map(({ name }) => name));
  const applied = pending.length > 0 ? await runMigrations(connection, input, pending) : [];
  input.onStep?.('applied');
  return { applied, head: provenHead(await read(), look) };
}

function pendingOf({ input, migrations, before: { history } }: Look): Migration[] {
  return decidePending({
    identity: input.identity,
    migrations,
    applied: history.map(({ name }) => name),
    expanding: expandingOf(history),
    appliedHashes: new Map(history.flatMap(({ name, hash }) => (hash === null ? [] : [[name, hash]]))),
    releaseHashes: input.hashes ?? {},
    allowed: input.allow ?? [],
    to: input.to,
  });
}

function headOf({ history }: DatabaseState): string | null {
  return history.at(-1)?.name ?? null;
}

/** The head, after making sure that the database has all that was asked for and nothing that the release cannot live with. */
function provenHead(after: DatabaseState, { input, migrations }: Look): string | null {
  const applied = after.history.map(({ name }) => name);
  const wanted = new Set(upTo(migrations, input.to).map(({ name }) => name));
  const { pending, unknown, head } = compare(
    applied,
    migrations.map(({ name }) => name),
  );
  const expanding = expandingOf(after.history);
  const foreign = unknown.filter((name) => !expanding.has(name));
  const differing = [...pending.filter((name) => wanted.has(name)), ...foreign];
  if (differing.length === 0) return head;
  const { tenant } = input.identity;
  throw new HeadMismatch(
    `${tenant}: after migrating, the database and the release differ by ${differing.join(', ')}.`,
    {
      tenant,
      hint: 'Somebody changed public.migrations meanwhile; compare `tenantry migrate status`.',
    },
  );
}
