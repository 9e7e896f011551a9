import { join } from 'node:path';
import { readMediaIdentity } from '#libs/media';
import type { ProcessStatus } from '#libs/processes';
import {
  type Conflict,
  findConflicts,
  type Fleet,
  type LoadedSettings,
  listTenantNames,
  type TenantName,
} from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { loadFleet, rightfulOwner } from '../fleet.js';
import { type DeletedTenant, listTrash } from '../lifecycle/trash.js';
import { showLocks, type ShownLock } from '../locks/lock-verbs.js';
import { forEachOf } from '../outcome.js';
import { runningTenants } from '../processes/running-tenants.js';
import { isCreated } from '../tenants/created.js';
import type { CreationIntent } from '../tenants/creation-intent.js';
import { errorText } from '../outcome.js';
import { type Cut, readCutOff } from './cut-off.js';
import { type ExaminedServer, examineServers } from './examine-servers.js';

/** Who a tenant is by its media root; `unknown` where that cannot be read. */
export type MediaIdentity = { readonly id: string; readonly tenant: string } | 'missing' | 'unknown';

/** All that was read once, for all checks to compare. */
export interface Examined {
  readonly dependencies: Dependencies;
  /** Sorted. */
  readonly names: readonly TenantName[];
  readonly fleet: Fleet;
  readonly conflicts: readonly Conflict[];
  readonly identities: ReadonlyMap<TenantName, MediaIdentity>;
  readonly locks: readonly ShownLock[];
  readonly running: ReadonlyMap<string, ProcessStatus> | Error;
  readonly trash: readonly DeletedTenant[];
  readonly creations: ReadonlyMap<string, Cut<CreationIntent>>;
  readonly lifecycle: Awaited<ReturnType<typeof readCutOff>>['lifecycle'];
  readonly servers: ReadonlyMap<string, ExaminedServer>;
}

const filesAtOnce = 16;

/** Reads the registry, the disk and every server once. What cannot be read is left to the check that needs it. */
export async function examine(dependencies: Dependencies): Promise<Examined> {
  const { paths } = dependencies.home;
  const fleet = await loadFleet(dependencies);
  const names = listTenantNames(paths);
  const trash = listTrash(paths);
  const { creations, lifecycle } = readCutOff(paths);
  const needed = new Set([
    ...[...fleet.loaded.values()].filter(isCreated).map(({ settings }) => settings.database.server),
    ...trash.flatMap(({ database }) => database?.server ?? []),
    // Any server may be that of a tenant whose settings cannot be read.
    ...(fleet.broken.size > 0 ? Object.keys(dependencies.home.host.postgres.servers) : []),
  ]);
  const [running, identities, servers] = await Promise.all([
    runningTenants(dependencies).catch(asError),
    readIdentities(dependencies, names, fleet),
    examineServers(dependencies, needed),
  ]);
  const conflicts = findConflicts(fleet.loaded.values());
  const locks = showLocks(dependencies);
  return {
    ...{ dependencies, names, fleet, conflicts, identities, locks, running, trash },
    ...{ creations, lifecycle, servers },
  };
}

async function readIdentities(
  { home }: Dependencies,
  names: readonly TenantName[],
  fleet: Fleet,
): Promise<Map<TenantName, MediaIdentity>> {
  const identities = new Map<TenantName, MediaIdentity>();
  await forEachOf(names, filesAtOnce, async (name) => {
    const root = fleet.loaded.get(name)?.settings.media.root ?? join(home.paths.tenants, name, 'media');
    identities.set(
      name,
      await readMediaIdentity(root).then(
        (identity) => identity ?? 'missing',
        () => 'unknown' as const,
      ),
    );
  });
  return identities;
}

/** Whether a command is at work on the tenant, by its lock. */
export function isBusy({ locks }: Pick<Examined, 'locks'>, tenant: string): boolean {
  return locks.some(({ name, state }) => state === 'held' && name === `tenant-${tenant}`);
}

/** Tenants whose databases can be judged: whole, at rest, and the only ones to claim them. */
export function settledTenants(examined: Examined): LoadedSettings[] {
  const { fleet, creations, lifecycle, conflicts, dependencies } = examined;
  const moving = new Set(lifecycle.flatMap(({ tenants }) => tenants));
  const losers = new Set(
    conflicts
      .filter(({ kind }) => kind === 'database' || kind === 'role')
      .flatMap((conflict) => {
        const owner = rightfulOwner(dependencies, conflict, fleet.loaded);
        return conflict.tenants.filter((tenant) => tenant !== owner);
      }),
  );
  return [...fleet.loaded.values()].filter((loaded) => {
    const { tenant } = loaded;
    const isMoving = creations.has(tenant) || moving.has(tenant) || losers.has(tenant);
    return isCreated(loaded) && !isMoving && !isBusy(examined, tenant);
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(errorText(error));
}
