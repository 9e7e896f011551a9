import type { Identity, TenantDatabase } from './addresses.js';
import type { Connection } from './connect.js';
import { isUnfinishedMark, parseMark } from './mark.js';
import { quoteIdentifier } from './quote.js';

/** A database or role on the server that has one of the tenant's names. */
export interface ServerObject {
  readonly kind: 'database' | 'role';
  readonly name: string;
  /** For whom we made it; `undefined` when we did not, or a database is not finished. */
  readonly mark: Identity | undefined;
  /** Of a database. */
  readonly owner: string | null;
  /** It says of itself that it is a clone which was never finished. */
  readonly isUnfinished: boolean;
}

const lookUp = `
  SELECT 'role' AS kind, rolname AS name, shobj_description(oid, 'pg_authid') AS comment, NULL AS owner
    FROM pg_roles WHERE rolname = ANY ($1::text[])
  UNION ALL
  SELECT 'database', datname, shobj_description(oid, 'pg_database'), pg_get_userbyid(datdba)
    FROM pg_database WHERE datname = $2`;

/** What of a tenant's database and roles is there, whoever made it. */
export async function findServerObjects(admin: Connection, db: TenantDatabase): Promise<ServerObject[]> {
  const { rows } = await admin.query<
    Omit<ServerObject, 'mark' | 'isUnfinished'> & { comment: string | null }
  >(lookUp, [[db.ownerRole, db.runtimeRole], db.name]);
  return rows.map(({ kind, name, comment, owner }) => ({
    ...{ kind, name, owner, mark: parseMark(comment), isUnfinished: isUnfinishedMark(comment) },
  }));
}

/**
 * Drops what a creation for `identity` has made so far, and nothing else: roles that carry its mark, and the
 * database if it belongs to such a role. (The database's own mark is its last step, so it cannot be asked for.)
 */
export async function dropMadeFor(identity: Identity, admin: Connection, db: TenantDatabase): Promise<void> {
  const objects = await findServerObjects(admin, db);
  const roles = objects.filter(({ kind, mark }) => kind === 'role' && isSame(mark, identity));
  const database = objects.find(({ kind }) => kind === 'database');
  if (database !== undefined && roles.some(({ name }) => name === database.owner)) {
    await admin.query(`DROP DATABASE ${quoteIdentifier(db.name)} WITH (FORCE)`);
  }
  for (const { name } of roles) await admin.query(`DROP ROLE ${quoteIdentifier(name)}`);
}

export function isSame(mark: Identity | undefined, identity: Identity): boolean {
  return mark?.tenant === identity.tenant && mark.id === identity.id;
}
