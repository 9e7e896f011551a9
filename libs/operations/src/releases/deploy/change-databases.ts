import { openRelease, readManifest } from '#libs/release';
import { FleetDatabases } from '../../migrations/fleet-databases.js';
import { migrateTenants } from '../../migrations/migrate-tenants.js';
import { performMigrations } from '../../migrations/perform-migrations.js';
import { downActs, stillThere } from '../../migrations/revert-tenants.js';
import type { FleetOutcome, TenantOutcome } from '../../outcome.js';
import { type Deploying, DeployStopped } from './context.js';
import { splitAtContraction } from './rings.js';

/**
 * Applies what only adds to the databases of these tenants, while their processes of the older release go on. Throws
 * DeployStopped when one cannot be migrated: nothing has turned yet.
 */
export async function expandDatabases(deploying: Deploying, tenants: readonly string[]): Promise<void> {
  // What is the last to run is a migration of the tenant's application.
  const waiting = tenants.filter((tenant) => deploying.found.steps[tenant] !== undefined);
  const groups = Map.groupBy(waiting, (tenant) => {
    const { expanding, rest } = pendingOf(deploying, tenant);
    return rest.length === 0 ? undefined : (expanding.at(-1) ?? null);
  });
  for (const [to, names] of groups) {
    if (to !== null) requireDone(await migrate(deploying, names, to));
  }
}

/** The rest, for one tenant whose turn it is. */
export async function contractDatabase(deploying: Deploying, tenant: string): Promise<void> {
  const names = pendingOf(deploying, tenant).rest;
  await cross(deploying, { tenant, names }, () => migrate(deploying, [tenant], undefined));
}

/** Of a rollback: takes back what the older release cannot live with, by the release that brought it. */
export async function takeBack(deploying: Deploying, tenant: string): Promise<void> {
  const { dependencies, found, record } = deploying;
  const names = found.steps[tenant] ?? [];
  const { from } = record.journal;
  const loaded = found.following.get(tenant);
  if (names.length === 0 || from === null || loaded === undefined) return;
  const bringer = openRelease(dependencies.home.paths, record.turnOf(tenant).before ?? from);
  const databases = await FleetDatabases.open(found.under, bringer);
  const options = { release: bringer.id };
  await cross(deploying, { tenant, names }, () =>
    performMigrations(found.under, {
      ...{ databases, verb: 'migrate down', tenants: [loaded.tenant], options },
      acts: downActs(found.under, options, () => stillThere(names)),
    }),
  );
}

/** Behind this the tenant cannot go back to what it ran. Written down first: a kill may come right after it. */
async function cross(
  { record }: Deploying,
  { tenant, names }: { readonly tenant: string; readonly names: readonly string[] },
  work: () => Promise<FleetOutcome>,
): Promise<void> {
  if (names.length === 0) return;
  const wasCrossed = record.turnOf(tenant).isCrossed === true;
  record.turn(tenant, { isCrossed: true });
  try {
    requireDone(await work());
  } catch (error) {
    // One migration comes through or does not; of several, some may have.
    if (names.length === 1) record.turn(tenant, { isCrossed: wasCrossed });
    throw error;
  }
}

/** What is pending in the tenant's database, before and from the first migration that takes something away. */
function pendingOf({ release, found }: Deploying, tenant: string): ReturnType<typeof splitAtContraction> {
  const app = found.following.get(tenant)?.settings.app;
  const described = readManifest(release.dir)?.applications.find(({ name }) => name === app)?.migrations;
  const kinds = new Map(described?.map(({ name, kind }) => [name, kind]));
  return splitAtContraction(found.steps[tenant] ?? [], (name) => kinds.get(name) ?? 'expand');
}

function migrate(
  { found, release, record }: Deploying,
  names: readonly string[],
  to: string | undefined,
): Promise<FleetOutcome> {
  return migrateTenants(found.under, {
    ...{ targets: { names, all: false, exclude: [] }, plan: false, release: release.id, to },
    onStep: (step) => record.reached(`migrate: ${step}`),
  });
}

function requireDone(outcome: FleetOutcome): void {
  const { tenants, run } = outcome.data as { tenants: readonly TenantOutcome[]; run: string };
  const undone = tenants.filter(({ state }) => state === 'failed' || state === 'not reached');
  const [first] = undone;
  if (first === undefined) return;
  const why = first.error ?? (typeof first['why'] === 'string' ? first['why'] : 'not reached');
  const others = undone.length > 1 ? ` (and ${undone.length - 1} more, in run ${run})` : '';
  const message = why.startsWith(`${first.name}: `) ? why : `${first.name}: ${why}`;
  throw new DeployStopped(`${message}${others}`, { tenant: first.name });
}
