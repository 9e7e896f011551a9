import { join } from 'node:path';
import { exitCodes, requireTenant, type TenantName, UsageError } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import type { FleetOutcome } from '../outcome.js';
import { readHold } from '../releases/release-of.js';
import { newRunId } from '../timeline.js';
import { type Confirmation, requireConfirmed } from './confirm.js';
import { deleteSteps } from './delete-steps.js';
import { readJournal, refuseUnfinished } from './journal.js';
import { beginVerb, newJournal } from './perform-verb.js';
import { recoverTenant } from './recover-tenant.js';
import type { OnStep } from './steps.js';
import { hostsOf, readParts, type TenantParts } from './tenant-parts.js';
import {
  type DeletedTenant,
  isInside,
  listTrash,
  trashedMediaRoot,
  trashNames,
  trashPlace,
} from './trash.js';

export interface DeleteRequest extends Confirmation {
  readonly tenant: string;
  readonly plan: boolean;
  readonly onStep?: OnStep | undefined;
}

export class Deleted extends UsageError {
  override readonly code = 'DELETED';
}

/**
 * Takes a tenant out of service and puts its database, roles, folder and media into the trash, from where `undelete`
 * brings them back until they expire. One that was cut off is finished. Throws NotConfirmed (exit 4) unless the name was
 * given twice, UnknownTenant (2) also for one that is deleted already, WrongMediaRoot (78) for another's media.
 */
export async function deleteTenant(
  dependencies: Dependencies,
  request: DeleteRequest,
): Promise<FleetOutcome> {
  const { paths } = dependencies.home;
  const { onStep, plan } = request;
  const earlier = readJournal(paths, request.tenant);
  if (earlier?.verb === 'delete' && earlier.direction === 'forward' && !plan) {
    return recoverTenant(dependencies, { tenant: request.tenant, undo: false, onStep });
  }
  const tenant = requireLiving(dependencies, request.tenant);
  refuseUnfinished(paths, tenant);
  const facts = await describe(dependencies, tenant);
  if (plan) return planned(deleteSteps(dependencies, facts));
  await requireConfirmed(request, {
    tenant,
    what: `Would put ${tenant}, its database and its files into the trash.`,
    command: `tenantry tenant delete ${tenant}`,
  });
  const prepare = async () => {
    const now = await describe(dependencies, requireLiving(dependencies, tenant));
    return newJournal(dependencies, { verb: 'delete', tenant, facts: now, run: now.run });
  };
  return beginVerb(dependencies, { tenants: [tenant], prepare, onStep });
}

/** What `--plan` answers. */
export function planned(steps: readonly { readonly does: string }[]): FleetOutcome {
  const plan = steps.map(({ does }) => does);
  return {
    data: { plan },
    text: ['Would:', ...plan.map((step) => `  ${step}`)].join('\n'),
    exitCode: exitCodes.done,
  };
}

function requireLiving({ home }: Dependencies, text: string): TenantName {
  try {
    return requireTenant(home.paths, text);
  } catch (error) {
    const deleted = listTrash(home.paths).find(({ tenant, kind }) => tenant === text && kind === 'deleted');
    if (deleted === undefined) throw error;
    throw new Deleted(`tenant ${text}: was deleted at ${deleted.deletedAt} (run ${deleted.run}).`, {
      tenant: text,
      cause: error,
      hint: `To have it back: tenantry tenant undelete ${text}. To remove it for good: tenantry tenant purge ${text}`,
    });
  }
}

async function describe(dependencies: Dependencies, tenant: TenantName): Promise<DeletedTenant> {
  const { home, now } = dependencies;
  const parts = await readParts(dependencies, tenant);
  const at = now();
  const run = newRunId(at);
  const folder = { from: join(home.paths.tenants, tenant), to: trashPlace(home.paths, tenant, run) };
  return {
    ...{ kind: 'deleted', tenant, run, folder },
    deletedAt: at.toISOString(),
    expiresAt: new Date(at.getTime() + home.host.trash.keep).toISOString(),
    id: parts.identity?.id ?? null,
    database: parts.database && { ...parts.database, trashed: trashNames(run) },
    mediaRoot: mediaRootOf(parts, folder.from, run),
    hosts: hostsOf(parts.loaded),
    hold: readHold(home.paths, tenant) ?? null,
    wasRunning: parts.isInService,
  };
}

function mediaRootOf({ mediaRoot }: TenantParts, folder: string, run: string): DeletedTenant['mediaRoot'] {
  if (mediaRoot === null || isInside(folder, mediaRoot)) return null;
  return { from: mediaRoot, to: trashedMediaRoot(mediaRoot, run) };
}
