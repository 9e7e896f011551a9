import type { Identity, TenantDatabase } from '../addresses.js';
import { connectAs, connectServer, type Connection, using } from '../connect.js';
import { formatMark } from '../mark.js';
import { withNameLock } from '../name-lock.js';
import { quoteIdentifier as quoted, quoteLiteral } from '../quote.js';
import { findServerObjects, isSame } from '../server-objects.js';
import { proveDatabase } from '../stamp.js';
import { accessSql, grantsSql } from '../tenant-sql.js';
import { inTransaction } from '../transaction.js';
import { type DatabaseAccess, readAccess } from './database-access.js';
import { readInventory, type ServerInventory } from './server-inventory.js';

/**
 * Gives a tenant's roles what its creation gave them, and takes away what they must not have; marks what has lost its
 * mark. Rows, tables and logins stay as they are. All of it or nothing; can be repeated.
 * @throws WrongIdentity when the database is not this tenant's, DatabaseLocked while it is made or dropped. Nothing was changed then.
 */
export async function repairAccess(db: TenantDatabase, identity: Identity): Promise<void> {
  const inventory = await readInventory(db.server);
  await using(connectServer(db.server), (admin) =>
    withNameLock(admin, db, () =>
      using(connectAs(db, 'admin'), async (inside) => {
        await proveDatabase(inside, identity);
        const statements = await statementsFor(inside, { db, identity, inventory });
        await inTransaction(inside, async () => {
          for (const statement of statements) await inside.query(statement);
        });
      }),
    ),
  );
}

interface Repairing {
  readonly db: TenantDatabase;
  readonly identity: Identity;
  readonly inventory: ServerInventory;
}

async function statementsFor(inside: Connection, repairing: Repairing): Promise<string[]> {
  const { db, identity, inventory } = repairing;
  return [
    ...(await marksSql(inside, repairing)),
    ...powersSql(repairing),
    ...accessSql({ db, identity, template: undefined, adminIsSuperuser: inventory.isAdminSuperuser }),
    ...strangersSql(repairing),
    ...grantsSql(db),
    ...insideSql(db, await readAccess(inside, db)),
  ];
}

/** Only what carries none: another's mark is left for people to look at. */
async function marksSql(inside: Connection, { db, identity }: Repairing): Promise<string[]> {
  const found = await findServerObjects(inside, db);
  return found
    .filter(({ mark }) => mark === undefined)
    .map(
      ({ kind, name }) =>
        `COMMENT ON ${kind === 'role' ? 'ROLE' : 'DATABASE'} ${quoted(name)} IS ${quoteLiteral(formatMark(identity))}`,
    );
}

function powersSql({ db, inventory }: Repairing): string[] {
  return [db.ownerRole, db.runtimeRole].flatMap((role) => {
    const powers = inventory.roles.get(role)?.powers ?? [];
    return powers.length === 0
      ? []
      : [`ALTER ROLE ${quoted(role)} ${powers.map((power) => `NO${power}`).join(' ')}`];
  });
}

/** Other tenants' roles. Those of people and programs are whoever's who granted it. */
function strangersSql({ db, identity, inventory }: Repairing): string[] {
  const database = inventory.databases.get(db.name);
  const isAnothers = (role: string): boolean => {
    const mark = inventory.roles.get(role)?.mark;
    const isOwn = role === db.ownerRole || role === db.runtimeRole;
    return !isOwn && mark !== undefined && !isSame(mark, identity);
  };
  const others = [...new Set([...(database?.connect ?? []), ...(database?.create ?? [])])].filter(isAnothers);
  return [
    ...others.map((role) => `REVOKE ALL ON DATABASE ${quoted(db.name)} FROM ${quoted(role)}`),
    `REVOKE CREATE ON DATABASE ${quoted(db.name)} FROM ${quoted(db.runtimeRole)}`,
    `GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${quoted(db.name)} TO ${quoted(db.ownerRole)}`,
  ];
}

/** Names of `access` are quoted already. */
function insideSql({ runtimeRole }: TenantDatabase, access: DatabaseAccess): string[] {
  const runtime = quoted(runtimeRole);
  const own = new Set(['tenantry.stamp', 'tenantry.ledger', 'public.migrations']);
  return [
    ...access.creatable.map((schema) => `REVOKE CREATE ON SCHEMA ${schema} FROM ${runtime}, PUBLIC`),
    ...access.closed.map((schema) => `GRANT USAGE ON SCHEMA ${schema} TO ${runtime}`),
    ...access.unusable
      .filter((name) => !own.has(name))
      .map((name) => `GRANT SELECT, INSERT, UPDATE, DELETE ON ${name} TO ${runtime}`),
    ...access.unusableSequences.map(
      (name) => `GRANT USAGE, SELECT, UPDATE ON SEQUENCE ${name} TO ${runtime}`,
    ),
    ...access.changeable.map((name) => `REVOKE ALL ON ${name} FROM ${runtime}, PUBLIC`),
    ...[...access.changeable, ...access.unreadable].map((name) => `GRANT SELECT ON ${name} TO ${runtime}`),
  ];
}
