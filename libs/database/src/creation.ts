import type { Identity, TenantDatabase } from './addresses.js';
import { connectAs, type Connection, using } from './connect.js';
import { quoteIdentifier, quoteLiteral } from './quote.js';
import { scramVerifier } from './scram.js';
import { findServerObjects, isSame } from './server-objects.js';
import { proveDatabase } from './stamp.js';
import {
  accessSql,
  type CreationFacts,
  databaseSql,
  finishedSql,
  insertStampSql,
  insideSql,
  rolesSql,
} from './tenant-sql.js';
import { renewClone } from './template/renew-clone.js';
import type { Template } from './template/template.js';
import { inTransaction, runAll } from './transaction.js';

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
}

/** What creating will be about, found out without changing anything. */
export async function gatherFacts(
  admin: Connection,
  { db, identity, options }: { db: TenantDatabase; identity: Identity; options: CreationOptions },
): Promise<CreationFacts> {
  const { rows } = await admin.query<{ version: number; superuser: boolean }>(
    `SELECT current_setting('server_version_num')::int AS version, rolsuper AS superuser
       FROM pg_roles WHERE rolname = current_user`,
  );
  return {
    db,
    identity,
    ownerVerifier: await scramVerifier(db.ownerPassword),
    runtimeVerifier: await scramVerifier(db.runtimePassword),
    runtimeConnections: options.runtimeConnections ?? -1,
    template: options.template?.name,
    adminIsSuperuser: rows[0]?.superuser === true,
    serverVersion: rows[0]?.version ?? 0,
  };
}

/** In this order: a database without its mark is one that was never finished. */
export function creationSteps(admin: Connection, facts: CreationFacts, template?: Template): CreationStep[] {
  const { db, identity } = facts;
  const become = (inside: Connection): Promise<void> =>
    template === undefined ? fill(inside, facts) : renewClone(inside, { db, identity, template });
  return [
    { name: 'roles', run: () => runAll(admin, rolesSql(facts)) },
    { name: 'database', run: () => admin.query(databaseSql(facts)) },
    { name: 'access', run: () => runAll(admin, accessSql(facts)) },
    { name: 'inside', run: () => using(connectAs(db, 'admin'), become) },
    { name: 'proof', run: () => prove(db, identity) },
    { name: 'mark', run: () => admin.query(finishedSql(facts)) },
  ];
}

function fill(inside: Connection, facts: CreationFacts): Promise<void> {
  return inTransaction(inside, async () => {
    for (const statement of insideSql(facts)) await inside.query(statement);
    await inside.query(insertStampSql, [facts.identity.tenant, facts.identity.id]);
  });
}

// With the very logins that will be used: a pg_hba.conf that lets them out shows now, not at the first start.
async function prove(db: TenantDatabase, identity: Identity): Promise<void> {
  for (const role of ['owner', 'runtime'] as const) {
    await using(connectAs(db, role), (connection) => proveDatabase(connection, identity));
  }
}

/**
 * Whether the database and both roles are there, finished, and made for this identity; then the roles have the new
 * passwords.
 */
export async function adoptFinished(
  admin: Connection,
  { db, identity, ...facts }: CreationFacts,
): Promise<boolean> {
  const objects = await findServerObjects(admin, db);
  if (objects.length < 3 || !objects.every(({ mark }) => isSame(mark, identity))) return false;
  await runAll(admin, [
    `ALTER ROLE ${quoteIdentifier(db.ownerRole)} PASSWORD ${quoteLiteral(facts.ownerVerifier)}`,
    `ALTER ROLE ${quoteIdentifier(db.runtimeRole)} PASSWORD ${quoteLiteral(facts.runtimeVerifier)}`,
  ]);
  await prove(db, identity);
  return true;
}
