import type { SqlRunner } from '#libs/settings';
import type { TenantDatabase } from '../addresses.js';
import { select } from '../rows.js';

/** What a tenant's runtime role may do in its database and must not, and the reverse. All empty where all is well. */
export interface DatabaseAccess {
  /** Schemas in which it may create. */
  readonly creatable: readonly string[];
  /** Schemas that it should see into, and cannot. */
  readonly closed: readonly string[];
  /** What belongs to it, so that it may alter and drop it. */
  readonly owned: readonly string[];
  /** Tables and views of the owner role that it cannot use at all. */
  readonly unusable: readonly string[];
  readonly unusableSequences: readonly string[];
  /** Of the stamp, the ledger and the history: what it cannot read. */
  readonly unreadable: readonly string[];
  /** Of these: what it can change. */
  readonly changeable: readonly string[];
  /** Such as `SELECT on tables`: what it does not get on what the next migration makes. */
  readonly missingDefaults: readonly string[];
}

// `$1` is the owner role, `$2` the runtime role; both are there.
const parts = {
  schemas: `SELECT oid, nspname, nspowner FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'`,
  relations: `SELECT c.oid, c.relkind, c.relowner, format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class c JOIN schemas n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')`,
  own: `SELECT oid, name FROM relations WHERE name IN ('tenantry.stamp', 'tenantry.ledger', 'public.migrations')`,
  expected: `SELECT * FROM (VALUES ('n', 'USAGE', 'schemas'), ('r', 'SELECT', 'tables'), ('r', 'INSERT', 'tables'),
      ('r', 'UPDATE', 'tables'), ('r', 'DELETE', 'tables'), ('S', 'USAGE', 'sequences'), ('S', 'SELECT', 'sequences'),
      ('S', 'UPDATE', 'sequences')) e (kind, privilege, "on")`,
  defaults: `SELECT d.defaclobjtype::text AS kind, a.privilege_type AS privilege
    FROM pg_default_acl d CROSS JOIN aclexplode(d.defaclacl) a
   WHERE d.defaclrole = $1::regrole AND d.defaclnamespace = 0 AND a.grantee = $2::regrole`,
} as const;

const unusable = `NOT has_any_column_privilege($2::regrole, oid, 'SELECT, INSERT, UPDATE')
  AND NOT has_table_privilege($2::regrole, oid, 'DELETE')`;

const question = `WITH ${Object.entries(parts)
  .map(([name, sql]) => `${name} AS (${sql})`)
  .join(', ')}
  SELECT
    ARRAY(SELECT quote_ident(nspname) FROM schemas WHERE has_schema_privilege($2::regrole, oid, 'CREATE')
           ORDER BY 1) AS creatable,
    ARRAY(SELECT quote_ident(nspname) FROM schemas WHERE NOT has_schema_privilege($2::regrole, oid, 'USAGE')
             AND (nspname IN ('public', 'tenantry') OR nspowner = $1::regrole) ORDER BY 1) AS closed,
    ARRAY(SELECT name FROM relations WHERE relowner = $2::regrole
          UNION ALL SELECT 'schema ' || quote_ident(nspname) FROM schemas WHERE nspowner = $2::regrole ORDER BY 1) AS owned,
    ARRAY(SELECT name FROM relations WHERE relowner = $1::regrole AND relkind <> 'S' AND ${unusable} ORDER BY 1) AS unusable,
    ARRAY(SELECT name FROM relations WHERE relowner = $1::regrole AND CASE WHEN relkind = 'S'
             THEN NOT has_sequence_privilege($2::regrole, oid, 'USAGE, SELECT, UPDATE') END ORDER BY 1) AS "unusableSequences",
    ARRAY(SELECT name FROM own WHERE NOT has_table_privilege($2::regrole, oid, 'SELECT') ORDER BY 1) AS unreadable,
    ARRAY(SELECT name FROM own WHERE has_any_column_privilege($2::regrole, oid, 'INSERT, UPDATE')
             OR has_table_privilege($2::regrole, oid, 'DELETE, TRUNCATE, TRIGGER') ORDER BY 1) AS changeable,
    ARRAY(SELECT format('%s on %s', privilege, "on") FROM expected WHERE (kind, privilege) NOT IN (TABLE defaults)
           ORDER BY kind, privilege) AS "missingDefaults"`;

/** By one query on the catalogs, which every role may read; writes nothing. */
export async function readAccess(
  connection: SqlRunner,
  { ownerRole, runtimeRole }: Pick<TenantDatabase, 'ownerRole' | 'runtimeRole'>,
): Promise<DatabaseAccess> {
  const [row] = await select<DatabaseAccess>(connection, question, [
    asRegrole(ownerRole),
    asRegrole(runtimeRole),
  ]);
  if (row === undefined) throw new TypeError('a SELECT without FROM has one row');
  return row;
}

/** regrole parses its text as an identifier. */
function asRegrole(role: string): string {
  return `"${role.replaceAll('"', '""')}"`;
}
