import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RefusedError } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { judgeOverlay } from '../fleet.js';
import type { FleetOutcome } from '../outcome.js';
import { undeleteSteps } from './delete-steps.js';
import { planned } from './delete-tenant.js';
import { readJournal, refuseUnfinished } from './journal.js';
import { beginVerb, newJournal } from './perform-verb.js';
import { recoverTenant } from './recover-tenant.js';
import type { OnStep } from './steps.js';
import { type DeletedTenant, requireTrashed } from './trash.js';

export interface UndeleteRequest {
  readonly tenant: string;
  /** Which deletion; default: the newest of that name. */
  readonly run?: string | undefined;
  readonly plan: boolean;
  readonly onStep?: OnStep | undefined;
}

export class NameTaken extends RefusedError {
  override readonly code = 'NAME_TAKEN';
}

/**
 * Brings a deleted tenant back, as it was. A deletion that was cut off is taken back, an undeletion finished. Throws
 * NotInTrash (exit 2), NameTaken (4) where there is a tenant of that name again, ClaimedTwice (78) where another tenant
 * has one of its hosts now.
 */
export async function undeleteTenant(
  dependencies: Dependencies,
  request: UndeleteRequest,
): Promise<FleetOutcome> {
  const { paths } = dependencies.home;
  const { plan, onStep } = request;
  const earlier = readJournal(paths, request.tenant);
  if ((earlier?.verb === 'delete' || earlier?.verb === 'undelete') && !plan) {
    return recoverTenant(dependencies, { tenant: request.tenant, undo: earlier.verb === 'delete', onStep });
  }
  const look = async (): Promise<DeletedTenant> => {
    const found = requireTrashed(paths, request.tenant, request.run, ['deleted']);
    await requireRoom(dependencies, found);
    return found;
  };
  const facts = await look();
  refuseUnfinished(paths, facts.tenant);
  if (plan) return planned(undeleteSteps(dependencies, facts));
  const { tenant } = facts;
  const prepare = async () => newJournal(dependencies, { verb: 'undelete', tenant, facts: await look() });
  return beginVerb(dependencies, { tenants: [tenant], prepare, onStep });
}

async function requireRoom(dependencies: Dependencies, { tenant, folder }: DeletedTenant): Promise<void> {
  if (existsSync(folder.from)) {
    throw new NameTaken(`${tenant}: there is a tenant of this name again. Nothing was changed.`, {
      tenant,
      hint: `Rename that one first: tenantry tenant rename ${tenant} NAME`,
    });
  }
  await judgeOverlay(dependencies, tenant, readFileSync(join(folder.to, 'settings.yaml'), 'utf8'));
}
