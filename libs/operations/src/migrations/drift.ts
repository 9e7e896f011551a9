import { createHash } from 'node:crypto';
import { RefusedError, type ExitCode, type TenantName } from '#libs/settings';
import {
  connectAs,
  describeReference,
  differenceFrom,
  fingerprintOf,
  migrationNames,
  readProvenState,
  readSchema,
  type DatabaseState,
  type SchemaChange,
  type SchemaDescription,
  type TenantDatabase,
  withNames,
} from '#libs/database';
import type { Dependencies } from '../dependencies.js';
import { type TenantOutcome, errorText, exitCodeOf } from '../outcome.js';
import type { TaskEnd } from '../report.js';
import { lookThrough } from '../runs/fleet-queue.js';
import { type TargetSelection, selectTenants } from '../targets.js';
import type { ReachedTenant } from './fleet-databases.js';
import { driftText } from './drift-text.js';
import { Lanes } from './lanes.js';
import { openDatabases } from './migrate-tenants.js';

/** A tenant's schema beside what its release makes of an empty database. */
export interface TenantDrift {
  readonly name: string;
  readonly state: 'same' | 'differs' | 'failed';
  readonly release: string | null;
  /** Up to which both were compared; null without any migration. */
  readonly head: string | null;
  /** Of its schema: equal for tenants that are alike. */
  readonly fingerprint: string | null;
  readonly differences: readonly SchemaChange[];
  readonly error: string | null;
}

export class NothingToCompare extends RefusedError {
  override readonly code = 'NOTHING_TO_COMPARE';
}

/**
 * Compares each tenant's schema with a database that its release has migrated from zero up to the tenant's head. Of the
 * tenants it only reads; the other database is a scratch one on the same server. Exit 3 when some tenants differ or
 * could not be compared, 1 when all do.
 */
export async function migrationDrift(
  dependencies: Dependencies,
  targets: TargetSelection,
  release?: string,
): Promise<ReturnType<typeof driftOf>> {
  const names = await selectTenants(dependencies, targets);
  const databases = await openDatabases(dependencies, release, ['pinned']);
  const references = new References();
  const tenants: TenantDrift[] = [];
  const texts = new Map<string, string>();
  const lanes = await new Lanes(dependencies, databases, undefined).of(names);
  const errors: unknown[] = [];
  const lookAt = async (name: TenantName): Promise<TaskEnd> => {
    try {
      tenants.push(await references.compare(await databases.reach(name), texts));
      return 'done';
    } catch (error) {
      errors.push(error);
      tenants.push({ ...unknown, name, error: errorText(error) });
      return 'failed';
    }
  };
  await lookThrough(dependencies.report, lanes, lookAt);
  return driftOf(tenants, texts, errors[0]);
}

function driftOf(
  tenants: TenantDrift[],
  texts: ReadonlyMap<string, string>,
  firstError: unknown,
): { data: { tenants: TenantDrift[] }; text: string; exitCode: ExitCode } {
  tenants.sort((a, b) => (a.name < b.name ? -1 : 1));
  const exitCode = exitCodeOf(tenants.map(outcomeOf), firstError);
  return { data: { tenants }, text: driftText(tenants, texts), exitCode };
}

const unknown = { state: 'failed', release: null, head: null, fingerprint: null, differences: [] } as const;

function outcomeOf({ name, state, error }: TenantDrift): TenantOutcome {
  return { name, state: state === 'same' ? 'done' : 'failed', error };
}

/** One migrated from zero for each server, release and head, however many tenants are compared with it. */
class References {
  readonly #made = new Map<string, Promise<SchemaDescription>>();

  /** Notes in `texts` how the differences are told without the tenant's names: alike for those that differ alike. */
  async compare(reached: ReachedTenant, texts: Map<string, string>): Promise<TenantDrift> {
    const { loaded, db, of } = reached;
    const { state, schema } = await readTenant(reached);
    const reference = await this.#referenceFor(reached, state);
    const changes = differenceFrom(reference, schema);
    if (changes.length > 0) texts.set(loaded.tenant, changes.map(textOf).join('\n'));
    return {
      ...{ name: loaded.tenant, state: changes.length > 0 ? 'differs' : 'same', release: of.release.id },
      ...{ head: state.history.at(-1)?.name ?? null, fingerprint: fingerprintOf(schema) },
      ...{ differences: changes.map((change) => named(change, db)), error: null },
    };
  }

  #referenceFor(
    { loaded, db, of, identity }: ReachedTenant,
    { history }: DatabaseState,
  ): Promise<SchemaDescription> {
    const { migrations } = of.application;
    const names = migrationNames(migrations);
    const applied = new Set(history.map(({ name }) => name));
    const foreign = [...applied].filter((name) => !names.includes(name));
    if (foreign.length > 0) throw newerThan(identity.tenant, of.release.id, foreign);
    const digest = createHash('sha256')
      .update(JSON.stringify([...applied].toSorted()))
      .digest('hex');
    const key = [loaded.settings.database.server, of.release.dir, loaded.settings.app, digest].join('\0');
    const made =
      this.#made.get(key) ??
      describeReference(
        db.server,
        migrations.filter((_, index) => applied.has(names[index] ?? '')),
      );
    this.#made.set(key, made);
    return made;
  }
}

async function readTenant({
  db,
  identity,
}: ReachedTenant): Promise<{ state: DatabaseState; schema: SchemaDescription }> {
  const connection = await connectAs(db, 'runtime');
  try {
    const state = await readProvenState(connection, identity, db.runtimeRole);
    return { state, schema: await readSchema(connection, db) };
  } finally {
    await connection.end();
  }
}

function named({ object, state, sql }: SchemaChange, db: TenantDatabase): SchemaChange {
  return { object: withNames(object, db), state, sql: withNames(sql, db) };
}

function textOf({ object, state, sql }: SchemaChange): string {
  return `-- ${state}: ${object}\n${sql}`;
}

function newerThan(tenant: string, release: string, foreign: readonly string[]): NothingToCompare {
  return new NothingToCompare(
    `${tenant}: has ${foreign.join(', ')}, which release ${release} does not know, so it cannot make the like.`,
    { tenant, hint: 'Compare with the release that brought it, by --release.' },
  );
}
