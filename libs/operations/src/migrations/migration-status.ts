import { type ExitCode, exitCodes } from '#libs/settings';
import { compareMigrations, connectAs, type DatabaseState, readProvenState, using } from '#libs/database';
import type { Dependencies } from '../dependencies.js';
import { errorText } from '../outcome.js';
import type { TaskEnd } from '../report.js';
import { lookThrough } from '../runs/fleet-queue.js';
import { readRuns } from '../runs/run-record.js';
import { type TargetSelection, selectTenantsToShow } from '../targets.js';
import type { ReachedTenant } from './fleet-databases.js';
import { Lanes } from './lanes.js';
import { openDatabases } from './migrate-tenants.js';
import { readTenantSchema, SchemaReferences, type TenantSchema } from './schema-references.js';

export interface TenantMigrations {
  readonly name: string;
  readonly head: string | null;
  readonly pending: readonly string[];
  /** In the database, not in the release. */
  readonly unknown: readonly string[];
  /** How many objects differ from what the release makes up to the head; null where that was not looked at, or cannot be. */
  readonly drift: number | null;
  /** The run that failed for this tenant, where that was its last one. */
  readonly failed: { readonly run: string; readonly error: string } | null;
  readonly error: string | null;
}

/** How many runs back a tenant's last one is looked for. */
const runsToRead = 20;

export interface StatusRequest {
  readonly targets: TargetSelection;
  /** Compares with this one; with the one that is to run unless given. */
  readonly release?: string | undefined;
  /** Whether schemas are compared, too: it takes longer than all the rest. */
  readonly drift: boolean;
}

/** Each tenant's schema against the release that is to run. Reads only; exit 3 or 1 when tenants could not be read. */
export async function migrationStatus(
  dependencies: Dependencies,
  { targets, release, drift }: StatusRequest,
): Promise<{ release: string; tenants: TenantMigrations[]; exitCode: ExitCode }> {
  const names = await selectTenantsToShow(dependencies, targets);
  const databases = await openDatabases(dependencies, release, ['pinned']);
  const lastFailure = failuresOf(dependencies);
  const tenants: TenantMigrations[] = [];
  const lanes = await new Lanes(dependencies, databases, undefined).of(names);
  const look = drift ? new DriftCount(dependencies) : undefined;
  const lookAt = async (name: (typeof names)[number]): Promise<TaskEnd> => {
    const failed = lastFailure(name);
    try {
      tenants.push({ name, ...(await compared(await databases.reach(name), look)), failed, error: null });
      return 'done';
    } catch (error) {
      tenants.push({ ...unread, name, failed, error: errorText(error) });
      return 'failed';
    }
  };
  await lookThrough(dependencies.report, lanes, lookAt);
  tenants.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { release: release ?? dependencies.release.id, tenants, exitCode: exitCodeFor(tenants) };
}

const unread = { head: null, pending: [], unknown: [], drift: null } as const;

function exitCodeFor(tenants: readonly TenantMigrations[]): ExitCode {
  const failed = tenants.filter(({ error }) => error !== null).length;
  const partial = failed < tenants.length ? exitCodes.partial : exitCodes.failed;
  return failed === 0 ? exitCodes.done : partial;
}

type Compared = Pick<TenantMigrations, 'head' | 'pending' | 'unknown' | 'drift'>;

async function compared(reached: ReachedTenant, look: DriftCount | undefined): Promise<Compared> {
  const read = look ? await readTenantSchema(reached) : { state: await readState(reached) };
  const applied = read.state.history.map(({ name }) => name);
  const known = reached.of.described.map(({ name }) => name);
  const status = compareMigrations(applied, known);
  const isComparable = look && 'schema' in read && status.unknown.length === 0;
  return { ...status, drift: isComparable ? await look.of(reached, read) : null };
}

function readState({ db, identity }: ReachedTenant): Promise<DatabaseState> {
  return using(connectAs(db, 'runtime'), (connection) => readProvenState(connection, identity));
}

/** Without what releases make there is nothing to compare with: said once, and no reason to show nothing else. */
class DriftCount {
  readonly #references: SchemaReferences;
  #isSaid = false;

  constructor(private readonly dependencies: Dependencies) {
    this.#references = new SchemaReferences(dependencies);
  }

  async of(reached: ReachedTenant, read: TenantSchema): Promise<number | null> {
    try {
      return (await this.#references.differencesOf(reached, read)).length;
    } catch (error) {
      if (!this.#isSaid) this.dependencies.report.warn(`drift was not looked at: ${errorText(error)}`);
      this.#isSaid = true;
      return null;
    }
  }
}

function failuresOf({ home }: Dependencies): (tenant: string) => TenantMigrations['failed'] {
  const runs = readRuns(home.paths, runsToRead).filter(({ start }) => start.verb !== 'tenant create');
  return (tenant) => {
    const last = runs.find(({ outcomes }) => outcomes.has(tenant));
    const outcome = last?.outcomes.get(tenant);
    if (last === undefined || outcome?.state !== 'failed') return null;
    return { run: last.start.run, error: outcome.error ?? 'failed' };
  };
}
