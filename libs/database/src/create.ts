import { setTimeout as sleep } from 'node:timers/promises';
import { TenantryError } from '#libs/settings';
import type { Identity, TenantDatabase } from './addresses.js';
import { connectServer, type Connection, guarded, using } from './connect.js';
import { describeServer } from './connection-error.js';
import {
  adoptFinished,
  type CreationStep,
  creationSteps,
  type CreationOptions,
  type CreationTools,
  gatherFacts,
} from './creation.js';
import { CreationFailed, CreationLeftRemains } from './errors.js';
import { clearGround } from './leftovers.js';
import { errorText, safeCause } from './postgres-error.js';
import { quoteIdentifier } from './quote.js';
import { dropMadeFor } from './server-objects.js';
import { withConnections } from './tenant-connections.js';
import { withNameLock } from './name-lock.js';

export type { CreationOptions } from './creation.js';

/**
 * Makes a tenant's database with its two roles, grants, stamp and ledger: all of it or nothing.
 * What an earlier, killed creation for the same tenant has left is removed first.
 * @throws DatabaseExists when a database or role of these names is there, CreationFailed when a step failed and
 * was undone, CreationLeftRemains when it could not be undone.
 */
export function createTenantDatabase(
  db: TenantDatabase,
  identity: Identity,
  options: CreationOptions = {},
): Promise<void> {
  return createStepwise({ db, identity, options }, (step) => step.run());
}

export interface Creation {
  readonly db: TenantDatabase;
  readonly identity: Identity;
  readonly options: CreationOptions;
}

/** The same with a say in how each step is run, by which tests let every one of them fail. */
export async function createStepwise(
  creation: Creation,
  perform: (step: CreationStep) => Promise<unknown>,
): Promise<void> {
  const { db, options } = creation;
  for (const name of [db.name, db.ownerRole, db.runtimeRole]) quoteIdentifier(name);
  await withConnections(db, options.connections, (connections) =>
    withAdmin(creation, (admin) =>
      withNameLock(admin, db, () => {
        const { template, meanwhile } = options;
        return runSteps(creation, { admin, connections, template, meanwhile }, perform);
      }),
    ),
  );
}

function withAdmin({ db, options }: Creation, work: (admin: Connection) => Promise<void>): Promise<void> {
  return options.admin ? guarded(options.admin, work) : using(connectServer(db.server), work);
}

async function runSteps(
  creation: Creation,
  tools: CreationTools,
  perform: (step: CreationStep) => Promise<unknown>,
): Promise<void> {
  const facts = await gatherFacts(tools.admin, creation);
  if (creation.options.resume === true && (await adoptFinished(facts, tools))) return;
  await clearGround(tools.admin, creation);
  for (const step of creationSteps(facts, tools)) {
    try {
      await perform(step);
    } catch (error) {
      await tools.connections.close();
      await undo(creation, facts.backend, error);
      throw creationFailed(creation, step, error);
    }
  }
}

/** Why creating failed may be that the server restarts. */
const undoAttempts = 5;

async function undo(creation: Creation, backend: number, reason: unknown): Promise<void> {
  const { db, identity } = creation;
  for (let attempt = 1; ; attempt++) {
    try {
      // On a new connection, since the old one may be why it failed; its statement may still run in the server.
      return await using(connectServer(db.server), async (admin) => {
        await admin.query(
          'SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid = $1 AND state = $2',
          [backend, 'active'],
        );
        await dropMadeFor(identity, admin, db);
      });
    } catch (error) {
      if (attempt === undoAttempts) throw leftRemains(creation, { reason, error });
      await sleep(300 * attempt);
    }
  }
}

function creationFailed({ db, identity }: Creation, step: CreationStep, error: unknown): CreationFailed {
  const secrets = [db.ownerPassword, db.runtimePassword, db.server.password];
  return new CreationFailed(
    `${identity.tenant}: database "${db.name}" could not be made (${step.name}): ${errorText(error, secrets)}. Nothing was left behind.`,
    {
      tenant: identity.tenant,
      cause: safeCause(error, secrets),
      hint:
        error instanceof TenantryError
          ? error.hint
          : `Check the admin's rights on ${describeServer(db.server)}, then try again.`,
    },
  );
}

function leftRemains(
  { db, identity }: Creation,
  { reason, error }: { reason: unknown; error: unknown },
): CreationLeftRemains {
  const secrets = [db.ownerPassword, db.runtimePassword, db.server.password];
  return new CreationLeftRemains(
    `${identity.tenant}: database "${db.name}" could not be made (${errorText(reason, secrets)}), and undoing it failed: ${errorText(error, secrets)}.`,
    {
      tenant: identity.tenant,
      cause: safeCause(reason, secrets),
      hint: `Of database "${db.name}" and roles "${db.ownerRole}" and "${db.runtimeRole}" some may be left on ${describeServer(db.server)}; creating ${identity.tenant} again removes them first.`,
    },
  );
}
