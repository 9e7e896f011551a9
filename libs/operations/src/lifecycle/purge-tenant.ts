import type { Dependencies } from '../dependencies.js';
import { exitCodeOf, errorText, type FleetOutcome, type TenantOutcome } from '../outcome.js';
import { type Confirmation, requireConfirmed } from './confirm.js';
import { purgeSteps } from './delete-steps.js';
import { planned } from './delete-tenant.js';
import { readJournal, refuseUnfinished } from './journal.js';
import { beginVerb, newJournal } from './perform-verb.js';
import { recoverTenant } from './recover-tenant.js';
import type { OnStep } from './steps.js';
import { type DeletedTenant, listTrash, requireTrashed } from './trash.js';

export interface PurgeRequest extends Confirmation {
  readonly tenant: string;
  readonly run?: string | undefined;
  readonly plan: boolean;
  readonly onStep?: OnStep | undefined;
}

/**
 * Removes a deleted tenant for good: database, roles, files. One that has not expired only when its name was given
 * twice. Throws NotInTrash (exit 2), also the second time; NotConfirmed (4).
 */
export async function purgeTenant(dependencies: Dependencies, request: PurgeRequest): Promise<FleetOutcome> {
  const { paths } = dependencies.home;
  const { onStep, plan } = request;
  if (readJournal(paths, request.tenant)?.verb === 'purge' && !plan) {
    return recoverTenant(dependencies, { tenant: request.tenant, undo: false, onStep });
  }
  const facts = requireTrashed(paths, request.tenant, request.run, ['deleted', 'moved']);
  const { tenant, run } = facts;
  refuseUnfinished(paths, tenant);
  if (plan) return planned(purgeSteps(dependencies, facts));
  if (!isExpired(dependencies, facts)) {
    await requireConfirmed(request, {
      tenant,
      what: `Would remove ${what(facts)} for good; it would be kept until ${facts.expiresAt}.`,
      command: `tenantry tenant purge ${tenant}${request.run === undefined ? '' : ` --run ${run}`}`,
    });
  }
  const prepare = () => {
    const again = requireTrashed(paths, tenant, run, ['deleted', 'moved']);
    return Promise.resolve(newJournal(dependencies, { verb: 'purge', tenant, facts: again }));
  };
  return beginVerb(dependencies, { tenants: [tenant], prepare, onStep });
}

function what({ kind, tenant, deletedAt, database }: DeletedTenant): string {
  if (kind === 'deleted') return `${tenant}, deleted at ${deletedAt}, with its database and its files,`;
  return `the database that ${tenant} left on ${database?.server ?? '?'} at ${deletedAt}`;
}

/** Removes all that have expired; what fails with one stops no other. */
export async function purgeExpired(
  dependencies: Dependencies,
  { plan }: { plan: boolean },
): Promise<FleetOutcome> {
  const expired = listTrash(dependencies.home.paths).filter((entry) => isExpired(dependencies, entry));
  if (plan) return planned(expired.flatMap((entry) => purgeSteps(dependencies, entry)));
  const outcomes: TenantOutcome[] = [];
  for (const { tenant, run } of expired) {
    try {
      await purgeTenant(dependencies, { tenant, run, plan, confirm: undefined, ask: undefined });
      dependencies.report.done(`${tenant}: purged (deleted by run ${run})`);
      outcomes.push({ name: tenant, state: 'done', error: null, deletion: run });
    } catch (error) {
      dependencies.report.failed(errorText(error));
      outcomes.push({ name: tenant, state: 'failed', error: errorText(error), deletion: run });
    }
  }
  const done = outcomes.filter(({ state }) => state === 'done').length;
  const text = outcomes.length === 0 ? 'Nothing has expired.' : `${done} of ${outcomes.length} purged.`;
  return { data: { tenants: outcomes }, text, exitCode: exitCodeOf(outcomes) };
}

export function isExpired({ now }: Pick<Dependencies, 'now'>, { expiresAt }: DeletedTenant): boolean {
  return now().getTime() >= Date.parse(expiresAt);
}
