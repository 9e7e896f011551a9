import { planMigration, requireFreeNames, requireMovable, requireOtherServer } from '#libs/database';
import { requireTenant, setInOverlay, type TenantName, UsageError } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { judgeOverlay } from '../fleet.js';
import { reachServer, requireServer } from '../home/postgres.js';
import { describeRelease } from '../migrations/fleet-databases.js';
import type { FleetOutcome } from '../outcome.js';
import { releaseFor } from '../releases/release-of.js';
import { readOverlay } from '../settings/overlay-file.js';
import { requireCreated } from '../tenants/created.js';
import { tenantDatabase } from '../tenants/tenant-database.js';
import { newRunId } from '../timeline.js';
import { databaseCalled } from './delete-steps.js';
import { planned } from './delete-tenant.js';
import { readJournal, refuseUnfinished } from './journal.js';
import type { MovedTenant } from './move-facts.js';
import { moveSteps } from './move-steps.js';
import { beginVerb, newJournal } from './perform-verb.js';
import { recoverTenant } from './recover-tenant.js';
import type { OnStep } from './steps.js';
import { readParts, type TenantParts } from './tenant-parts.js';
import { trashNames, trashPlace } from './trash.js';

export interface MoveRequest {
  readonly tenant: string;
  /** As tenantry.yaml calls it. */
  readonly server: string;
  readonly plan: boolean;
  readonly onStep?: OnStep | undefined;
}

export class SameServer extends UsageError {
  override readonly code = 'SAME_SERVER';
}

/**
 * Moves a tenant's database to another server: made there with its schema, then filled while the tenant is out of
 * service, compared by counts and checksums, and switched to; the source stays in the trash. One that was cut off is
 * finished. Throws UnknownServer, SameServer (exit 2), DatabaseExists, NotMovable (4); CopyFailed (1) after all was
 * taken back.
 */
export async function moveTenant(dependencies: Dependencies, request: MoveRequest): Promise<FleetOutcome> {
  const { paths } = dependencies.home;
  const { plan, onStep, server } = request;
  const earlier = readJournal(paths, request.tenant);
  if (earlier?.verb === 'move' && earlier.facts.to === server && earlier.direction === 'forward' && !plan) {
    return recoverTenant(dependencies, { tenant: request.tenant, undo: false, onStep });
  }
  const tenant = requireTenant(paths, request.tenant);
  requireServer(dependencies.home, server);
  refuseUnfinished(paths, tenant);
  const look = () => describe(dependencies, tenant, server);
  const facts = await look();
  if (plan) return planned(moveSteps(dependencies, facts));
  const prepare = async () => {
    const now = await look();
    return newJournal(dependencies, { verb: 'move', tenant, facts: now, run: now.run });
  };
  return beginVerb(dependencies, { tenants: [tenant], prepare, onStep });
}

async function describe(dependencies: Dependencies, tenant: TenantName, to: string): Promise<MovedTenant> {
  const { home, now } = dependencies;
  const parts = await readParts(dependencies, tenant);
  const { identity, database } = parts;
  requireCreated(parts.loaded);
  if (identity === null || database === null) throw new TypeError('a created tenant has both');
  const { server: from, names } = database;
  if (from === to) throw new SameServer(`${tenant}: its database is on ${to} already.`, { tenant });
  await requireReady(dependencies, { parts, from, to });
  const before = readOverlay(home.paths, tenant);
  const { application } = parts.loaded;
  const after = setInOverlay(before, { application, key: 'database.server', value: to });
  await judgeOverlay(dependencies, tenant, after);
  const at = now();
  const run = newRunId(at);
  return {
    ...{ tenant, id: identity.id, run, from, to, names, trashed: trashNames(run) },
    entry: trashPlace(home.paths, tenant, run),
    overlay: { before, after },
    movedAt: at.toISOString(),
    expiresAt: new Date(at.getTime() + home.host.trash.keep).toISOString(),
    wasRunning: parts.isInService,
  };
}

/** All that can be known before anything is made. */
async function requireReady(
  dependencies: Dependencies,
  { parts, from, to }: { parts: TenantParts; from: string; to: string },
): Promise<void> {
  const { loaded, identity, database } = parts;
  if (identity === null || database === null) return;
  await requireOtherServer(await reachServer(dependencies, from), await reachServer(dependencies, to));
  await requireFreeNames(await databaseCalled(dependencies, to, database.names), loaded.tenant);
  const source = await tenantDatabase(dependencies, loaded);
  await requireMovable(source, loaded.tenant);
  const { hashes } = describeRelease(releaseFor(dependencies, loaded), loaded.application);
  // Refuses a database that is newer than its release, whose schema nobody here could make again.
  await planMigration({ db: source, identity, migrations: loaded.application.migrations, hashes });
}
