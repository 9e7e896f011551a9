import type { ExitCode, TenantName } from '#libs/settings';
import { fingerprintOf, type SchemaChange, type TenantDatabase, withNames } from '#libs/database';
import type { Dependencies } from '../dependencies.js';
import { type TenantOutcome, errorText, exitCodeOf } from '../outcome.js';
import type { TaskEnd } from '../report.js';
import { lookThrough } from '../runs/fleet-queue.js';
import { type TargetSelection, selectTenants } from '../targets.js';
import type { ReachedTenant } from './fleet-databases.js';
import { driftText } from './drift-text.js';
import { Lanes } from './lanes.js';
import { openDatabases } from './migrate-tenants.js';
import { readTenantSchema, SchemaReferences } from './schema-references.js';

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

/**
 * Compares each tenant's schema with what its release makes of an empty database up to the tenant's head. Of the tenants
 * it only reads; the other database is a scratch one on the same server, for those that are not like their template. Exit 3 when some tenants differ or
 * could not be compared, 1 when all do.
 */
export async function migrationDrift(
  dependencies: Dependencies,
  targets: TargetSelection,
  release?: string,
): Promise<ReturnType<typeof driftOf>> {
  const names = await selectTenants(dependencies, targets);
  const databases = await openDatabases(dependencies, release, ['pinned']);
  const references = new SchemaReferences(dependencies);
  const tenants: TenantDrift[] = [];
  const texts = new Map<string, string>();
  const lanes = await new Lanes(dependencies, databases, undefined).of(names);
  const errors: unknown[] = [];
  const lookAt = async (name: TenantName): Promise<TaskEnd> => {
    try {
      tenants.push(await compare(references, await databases.reach(name), texts));
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

/** Notes in `texts` how the differences are told without the tenant's names: alike for those that differ alike. */
async function compare(
  references: SchemaReferences,
  reached: ReachedTenant,
  texts: Map<string, string>,
): Promise<TenantDrift> {
  const { loaded, db, of } = reached;
  const read = await readTenantSchema(reached);
  const changes = await references.differencesOf(reached, read);
  if (changes.length > 0) texts.set(loaded.tenant, changes.map(textOf).join('\n'));
  return {
    ...{ name: loaded.tenant, state: changes.length > 0 ? 'differs' : 'same', release: of.release.id },
    ...{ head: read.state.history.at(-1)?.name ?? null, fingerprint: fingerprintOf(read.schema) },
    ...{ differences: changes.map((change) => named(change, db)), error: null },
  };
}

function named({ object, state, sql }: SchemaChange, db: TenantDatabase): SchemaChange {
  return { object: withNames(object, db), state, sql: withNames(sql, db) };
}

function textOf({ object, state, sql }: SchemaChange): string {
  return `-- ${state}: ${object}\n${sql}`;
}
