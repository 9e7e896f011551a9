import type { TenantName } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { deleteSteps, purgeSteps, undeleteSteps } from './delete-steps.js';
import { tryToAdmitNamed } from '../poolers/pooler-logins.js';
import type { LifecycleJournal } from './journal.js';
import type { MovedTenant } from './move-facts.js';
import { moveSteps } from './move-steps.js';
import { renameSteps } from './rename-steps.js';
import type { Step } from './steps.js';
import { beginTenant, tellHosts } from './tenant-life.js';
import type { DeletedTenant } from './trash.js';

/** All that is particular to a verb on its way to its end. */
export interface Verb {
  readonly steps: readonly Step[];
  /** The name that the tenant has then. */
  readonly isNow: TenantName;
  /** For the timeline. */
  readonly noted: { readonly event: string; readonly [detail: string]: unknown };
  readonly data: { readonly [key: string]: unknown };
  readonly text: string;
  readonly undo?: string;
  /** After the last step, and after the last that was undone; answers what went wrong with telling the host. */
  after(): Promise<string | undefined>;
  afterUndo(): Promise<string | undefined>;
}

/** How the verb of a journal goes on, whoever began it. */
export function verbOf(dependencies: Dependencies, journal: LifecycleJournal): Verb {
  switch (journal.verb) {
    case 'delete':
      return deletion(dependencies, journal.facts);
    case 'undelete':
      return undeletion(dependencies, journal.facts);
    case 'purge':
      return purge(dependencies, journal.facts);
    case 'move':
      return move(dependencies, journal.facts);
    case 'rename': {
      const { from, to, hosts, hostsBefore, wasRunning } = journal.facts;
      const isElsewhere = hostsBefore.some((host) => !hosts.includes(host)) || hosts[0] !== hostsBefore[0];
      return {
        ...{ steps: renameSteps(dependencies, journal.facts), isNow: to },
        noted: { event: 'renamed', from, to, hosts },
        data: { tenant: to, from, hosts },
        text: `${from} is ${to} now.`,
        undo: `tenantry tenant rename ${to} ${from}${isElsewhere ? ` --host ${hostsBefore.join(',')}` : ''}`,
        after: () => tellAndBegin(dependencies, to, { begin: wasRunning, users: true }),
        afterUndo: () => tellAndBegin(dependencies, from, { begin: wasRunning, users: true }),
      };
    }
  }
}

function deletion(dependencies: Dependencies, deleted: DeletedTenant): Verb {
  const { tenant, expiresAt, folder, run, wasRunning } = deleted;
  return {
    ...{ steps: deleteSteps(dependencies, deleted), isNow: tenant },
    noted: { event: 'deleted', expiresAt, folder: folder.to },
    data: { tenant, expiresAt, folder: folder.to, deletion: run },
    text: `${tenant} is in the trash until ${expiresAt}, with its database and its files.`,
    undo: `tenantry tenant undelete ${tenant}`,
    after: () => tellHosts(dependencies),
    afterUndo: () => tellAndBegin(dependencies, tenant, { begin: wasRunning, users: false }),
  };
}

function undeletion(dependencies: Dependencies, deleted: DeletedTenant): Verb {
  const { tenant, hosts, run, wasRunning } = deleted;
  return {
    ...{ steps: undeleteSteps(dependencies, deleted), isNow: tenant },
    noted: { event: 'undeleted', hosts, deletion: run },
    data: { tenant, hosts, deletion: run },
    text: `${tenant} is back, with its database and its files.`,
    undo: `tenantry tenant delete ${tenant} --confirm ${tenant}`,
    after: () => tellAndBegin(dependencies, tenant, { begin: wasRunning, users: false }),
    afterUndo: () => tellHosts(dependencies),
  };
}

function purge(dependencies: Dependencies, deleted: DeletedTenant): Verb {
  const { tenant, run, deletedAt, kind, database } = deleted;
  return {
    ...{ steps: purgeSteps(dependencies, deleted), isNow: tenant },
    noted: { event: 'purged', deletion: run },
    data: { tenant, deletion: run },
    text:
      kind === 'deleted'
        ? `${tenant}, deleted at ${deletedAt}, is gone for good.`
        : `The database that ${tenant} left on ${database?.server ?? '?'} at ${deletedAt} is gone for good.`,
    after: () => Promise.resolve(undefined),
    afterUndo: () => Promise.resolve(undefined),
  };
}

function move(dependencies: Dependencies, moved: MovedTenant): Verb {
  const { tenant, from, to, run, expiresAt, trashed, wasRunning } = moved;
  const begin = () => tellAndBegin(dependencies, tenant, { begin: wasRunning, users: false });
  const drop = `tenantry tenant purge ${tenant} --run ${run} --confirm ${tenant}`;
  return {
    ...{ steps: moveSteps(dependencies, moved), isNow: tenant },
    noted: { event: 'moved', from, to, kept: trashed.name, expiresAt },
    data: { tenant, from, to, kept: { server: from, database: trashed.name, run, expiresAt } },
    text: `${tenant} is on ${to} now. ${from} keeps the old database as ${trashed.name} until ${expiresAt}; to remove it before: ${drop}.`,
    undo: `tenantry tenant move ${tenant} --server ${from}`,
    ...{ after: begin, afterUndo: begin },
  };
}

async function tellAndBegin(
  dependencies: Dependencies,
  tenant: TenantName,
  { begin, users }: { begin: boolean; users: boolean },
): Promise<string | undefined> {
  await tryToAdmitNamed(dependencies, tenant);
  const problem = await tellHosts(dependencies, users);
  if (begin) await beginTenant(dependencies, tenant);
  return problem;
}
