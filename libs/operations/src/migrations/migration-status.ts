import { type ExitCode, exitCodes } from '#libs/settings';
import { connectAs, readProvenState } from '#libs/database';
import type { Dependencies } from '../dependencies.js';
import { errorText } from '../outcome.js';
import type { TaskEnd } from '../report.js';
import { lookThrough } from '../runs/fleet-queue.js';
import { readRuns } from '../runs/run-record.js';
import { type TargetSelection, selectTenantsToShow } from '../targets.js';
import type { ReachedTenant } from './fleet-databases.js';
import { Lanes } from './lanes.js';
import { openDatabases } from './migrate-tenants.js';

export interface TenantMigrations {
  readonly name: string;
  readonly head: string | null;
  readonly pending: readonly string[];
  /** In the database, not in the release. */
  readonly unknown: readonly string[];
  /** The run that failed for this tenant, where that was its last one. */
  readonly failed: { readonly run: string; readonly error: string } | null;
  readonly error: string | null;
}

/** How many runs back a tenant's last one is looked for. */
const runsToRead = 20;

/** Each tenant's schema against the release that is to run. Reads only; exit 3 or 1 when tenants could not be read. */
export async function migrationStatus(
  dependencies: Dependencies,
  targets: TargetSelection,
  release?: string,
): Promise<{ release: string; tenants: TenantMigrations[]; exitCode: ExitCode }> {
  const names = await selectTenantsToShow(dependencies, targets);
  const databases = await openDatabases(dependencies, release, ['pinned']);
  const lastFailure = failuresOf(dependencies);
  const tenants: TenantMigrations[] = [];
  const lanes = await new Lanes(dependencies, databases, undefined).of(names);
  const lookAt = async (name: (typeof names)[number]): Promise<TaskEnd> => {
    const failed = lastFailure(name);
    try {
      tenants.push({ name, ...(await compared(await databases.reach(name))), failed, error: null });
      return 'done';
    } catch (error) {
      tenants.push({ name, head: null, pending: [], unknown: [], failed, error: errorText(error) });
      return 'failed';
    }
  };
  await lookThrough(dependencies.report, lanes, lookAt);
  tenants.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { release: release ?? dependencies.release.id, tenants, exitCode: exitCodeFor(tenants) };
}

function exitCodeFor(tenants: readonly TenantMigrations[]): ExitCode {
  const failed = tenants.filter(({ error }) => error !== null).length;
  const partial = failed < tenants.length ? exitCodes.partial : exitCodes.failed;
  return failed === 0 ? exitCodes.done : partial;
}

async function compared({
  db,
  identity,
  of,
}: ReachedTenant): Promise<Pick<TenantMigrations, 'head' | 'pending' | 'unknown'>> {
  const connection = await connectAs(db, 'runtime');
  try {
    const { history } = await readProvenState(connection, identity, db.runtimeRole);
    const applied = new Set(history.map(({ name }) => name));
    const known = of.described.map(({ name }) => name);
    return {
      head: history.at(-1)?.name ?? null,
      pending: known.filter((name) => !applied.has(name)),
      unknown: [...applied].filter((name) => !known.includes(name)),
    };
  } finally {
    await connection.end();
  }
}

function failuresOf({ home }: Dependencies): (tenant: string) => TenantMigrations['failed'] {
  const runs = readRuns(home.paths, runsToRead);
  return (tenant) => {
    const last = runs.find(({ outcomes }) => outcomes.has(tenant));
    const outcome = last?.outcomes.get(tenant);
    if (last === undefined || outcome?.state !== 'failed') return null;
    return { run: last.start.run, error: outcome.error ?? 'failed' };
  };
}
