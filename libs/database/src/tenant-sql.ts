import type { Identity, TenantDatabase } from './addresses.js';
import { formatMark, formatUnfinishedMark } from './mark.js';
import { quoteIdentifier as name, quoteLiteral as text } from './quote.js';

/** What can be told apart before writing the statements. */
export interface CreationFacts {
  readonly db: TenantDatabase;
  readonly identity: Identity;
  readonly ownerVerifier: string;
  readonly runtimeVerifier: string;
  /** -1 for no limit. */
  readonly runtimeConnections: number;
  readonly adminIsSuperuser: boolean;
  /** As `server_version_num`: 180004. */
  readonly serverVersion: number;
  /** The server's process of the admin's connection. */
  readonly backend: number;
  /** The database to clone; undefined for an empty one. */
  readonly template: string | undefined;
}

/** The two roles, each with its mark; to be run in one transaction. */
export function rolesSql(facts: CreationFacts): string[] {
  const { db, identity } = facts;
  const mark = text(formatMark(identity));
  const limit = `CONNECTION LIMIT ${Math.trunc(facts.runtimeConnections)}`;
  return [
    `CREATE ROLE ${name(db.ownerRole)} LOGIN PASSWORD ${text(facts.ownerVerifier)}`,
    `CREATE ROLE ${name(db.runtimeRole)} LOGIN PASSWORD ${text(facts.runtimeVerifier)} ${limit}`,
    `COMMENT ON ROLE ${name(db.ownerRole)} IS ${mark}`,
    `COMMENT ON ROLE ${name(db.runtimeRole)} IS ${mark}`,
    ...membershipSql(facts),
  ];
}

// A superuser may do everything anyway. Any other admin must be a member: of the owner role to make a database that
// it owns, of both to end their sessions. From 16 on, CREATEROLE alone gives neither.
function membershipSql({ db, adminIsSuperuser, serverVersion }: CreationFacts): string[] {
  if (adminIsSuperuser) return [];
  const options = serverVersion >= 160_000 ? ' WITH INHERIT TRUE, SET TRUE' : '';
  return [db.ownerRole, db.runtimeRole].map((role) => `GRANT ${name(role)} TO CURRENT_USER${options}`);
}

// template0, because template1 may hold whatever somebody has put there.
export function databaseSql({ db, template = 'template0' }: CreationFacts): string {
  return `CREATE DATABASE ${name(db.name)} OWNER ${name(db.ownerRole)} TEMPLATE ${name(template)} ENCODING 'UTF8' STRATEGY wal_log`;
}

/** Who may connect: the two roles and the admin, nobody else. */
export function accessSql({
  db,
  identity,
  template,
  adminIsSuperuser,
}: Pick<CreationFacts, 'db' | 'identity' | 'template' | 'adminIsSuperuser'>): string[] {
  const database = name(db.name);
  return [
    // A clone has tables from the first moment on; by this it is known to be nobody's yet.
    ...(template === undefined
      ? []
      : [`COMMENT ON DATABASE ${database} IS ${text(formatUnfinishedMark(identity))}`]),
    `REVOKE ALL ON DATABASE ${database} FROM PUBLIC`,
    `GRANT CONNECT ON DATABASE ${database} TO ${name(db.runtimeRole)}`,
    ...(adminIsSuperuser ? [] : [`GRANT CONNECT, CREATE ON DATABASE ${database} TO CURRENT_USER`]),
  ];
}

type Roles = Pick<TenantDatabase, 'ownerRole' | 'runtimeRole'>;

/** The inside of the new database, all but the stamp's row. */
export function insideSql({ db }: { readonly db: Roles }): string[] {
  return [
    'CREATE SCHEMA tenantry',
    'CREATE TABLE tenantry.stamp (tenant text NOT NULL, id uuid NOT NULL, created_at timestamptz NOT NULL DEFAULT now())',
    'CREATE UNIQUE INDEX stamp_has_one_row ON tenantry.stamp ((true))',
    'CREATE TABLE tenantry.ledger (name text PRIMARY KEY, hash text, run_id text, kind text, applied_at timestamptz NOT NULL DEFAULT now())',
    ...grantsSql(db),
  ];
}

/** What the two roles may do inside; can be repeated. */
export function grantsSql(db: Roles): string[] {
  const owner = name(db.ownerRole);
  const runtime = name(db.runtimeRole);
  const forTables = `ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} GRANT`;
  return [
    'REVOKE ALL ON SCHEMA public FROM PUBLIC',
    `GRANT USAGE ON SCHEMA public TO ${runtime}`,
    `GRANT USAGE ON SCHEMA tenantry TO ${owner}, ${runtime}`,
    `GRANT SELECT ON tenantry.stamp, tenantry.ledger TO ${owner}, ${runtime}`,
    `GRANT INSERT, UPDATE, DELETE ON tenantry.ledger TO ${owner}`,
    // In whatever schema: a migration may make its own.
    `${forTables} USAGE ON SCHEMAS TO ${runtime}`,
    `${forTables} SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${runtime}`,
    `${forTables} USAGE, SELECT, UPDATE ON SEQUENCES TO ${runtime}`,
  ];
}

export function stampSql({ tenant, id }: Identity): string {
  return `INSERT INTO tenantry.stamp (tenant, id) VALUES (${text(tenant)}, ${text(id)})`;
}

/** The mark that says that the database is finished. */
export function finishedSql({ db, identity }: CreationFacts): string {
  return `COMMENT ON DATABASE ${name(db.name)} IS ${text(formatMark(identity))}`;
}
