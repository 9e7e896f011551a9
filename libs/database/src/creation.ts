import type { Identity, TenantDatabase } from './addresses.js';
import type { Connection } from './connect.js';
import { quoteIdentifier, quoteLiteral } from './quote.js';
import { scramVerifier } from './scram.js';
import { findServerObjects, isSame } from './server-objects.js';
import { proveDatabase } from './stamp.js';
import {
  accessSql,
  type CreationFacts,
  databaseSql,
  finishedSql,
  insideSql,
  rolesSql,
  stampSql,
} from './tenant-sql.js';
import { proveClone, renewClone } from './template/renew-clone.js';
import type { Template } from './template/template.js';
import type { TenantConnections } from './tenant-connections.js';
import { runAll } from './transaction.js';

/** One step of making a tenant's database; each either happens whole or not at all. */
export interface CreationStep {
  readonly name: string;
  run(): Promise<unknown>;
}

export interface CreationOptions {
  /** Most connections that the runtime role may hold at once. */
  readonly runtimeConnections?: number | undefined;
  /** What to clone, instead of making an empty database: all migrations of a release are in it already. */
  readonly template?: Template | undefined;
  /** Goes on with the database that an earlier creation has finished for the very same identity. */
  readonly resume?: boolean | undefined;
  /** The admin's connection to the server, where the caller has one; it holds the lock of the name until it is closed. */
  readonly admin?: Connection | undefined;
  /** To the new database, for a caller that goes on with them; else they are closed in the end. */
  readonly connections?: TenantConnections | undefined;
  /** What can be done for as long as the server makes the database, which is most of the time. */
  readonly meanwhile?: (() => void) | undefined;
}

/** What the steps work with. */
export interface CreationTools extends Pick<CreationOptions, 'template' | 'meanwhile'> {
  readonly admin: Connection;
  readonly connections: TenantConnections;
}

/** What creating will be about, found out without changing anything. */
export async function gatherFacts(
  admin: Connection,
  { db, identity, options }: { db: TenantDatabase; identity: Identity; options: CreationOptions },
): Promise<CreationFacts> {
  const [{ rows }, ownerVerifier, runtimeVerifier] = await Promise.all([
    admin.query<{ version: number; superuser: boolean; backend: number }>(
      `SELECT current_setting('server_version_num')::int AS version, rolsuper AS superuser, pg_backend_pid() AS backend
         FROM pg_roles WHERE rolname = current_user`,
    ),
    scramVerifier(db.ownerPassword),
    scramVerifier(db.runtimePassword),
  ]);
  return {
    ...{ db, identity, ownerVerifier, runtimeVerifier },
    runtimeConnections: options.runtimeConnections ?? -1,
    template: options.template?.name,
    adminIsSuperuser: rows[0]?.superuser === true,
    serverVersion: rows[0]?.version ?? 0,
    backend: rows[0]?.backend ?? 0,
  };
}

/** In this order: a database without its mark is one that was never finished. */
export function creationSteps(facts: CreationFacts, tools: CreationTools): CreationStep[] {
  const { db, identity } = facts;
  const { admin, template, connections } = tools;
  const become = (inside: Connection): Promise<void> =>
    template === undefined
      ? runAll(inside, [...insideSql(facts), stampSql(identity)])
      : renewClone(inside, { db, identity, template });
  return [
    { name: 'roles', run: () => runAll(admin, rolesSql(facts)) },
    { name: 'database', run: () => makeDatabase(facts, tools) },
    { name: 'access', run: () => runAll(admin, accessSql(facts)) },
    {
      name: 'inside',
      run: () => {
        connections.open('admin', 'owner', 'runtime');
        return connections.use('admin', become);
      },
    },
    { name: 'proof', run: () => prove(facts, tools) },
    { name: 'mark', run: () => admin.query(finishedSql(facts)) },
  ];
}

async function makeDatabase(facts: CreationFacts, { admin, meanwhile }: CreationTools): Promise<void> {
  const made = admin.query(databaseSql(facts));
  try {
    meanwhile?.();
  } finally {
    await made;
  }
}

// A clone by its schema. All with the very logins that will be used: a pg_hba.conf that lets them out shows now, not at
// the first start.
async function prove(
  { db, identity }: Pick<CreationFacts, 'db' | 'identity'>,
  { connections, template }: Pick<CreationTools, 'connections' | 'template'>,
): Promise<void> {
  const logins = (['owner', 'runtime'] as const).map((role) =>
    connections.use(role, (connection) => proveDatabase(connection, identity)),
  );
  const clone = template && connections.use('admin', (inside) => proveClone(inside, { db, template }));
  await Promise.all([clone, ...logins]);
}

/**
 * Whether the database and both roles are there, finished, and made for this identity; then the roles have the new
 * passwords.
 */
export async function adoptFinished(
  { db, identity, ...facts }: CreationFacts,
  { admin, connections }: CreationTools,
): Promise<boolean> {
  const objects = await findServerObjects(admin, db);
  if (objects.length < 3 || !objects.every(({ mark }) => isSame(mark, identity))) return false;
  await runAll(admin, [
    `ALTER ROLE ${quoteIdentifier(db.ownerRole)} PASSWORD ${quoteLiteral(facts.ownerVerifier)}`,
    `ALTER ROLE ${quoteIdentifier(db.runtimeRole)} PASSWORD ${quoteLiteral(facts.runtimeVerifier)}`,
  ]);
  await prove({ db, identity }, { connections, template: undefined });
  return true;
}
