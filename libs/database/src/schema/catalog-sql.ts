import { accessSelects } from './catalog-access-sql.js';
import { relationSelects } from './catalog-relations-sql.js';
import { typeSelects } from './catalog-types-sql.js';

// Temporary objects and Postgres' own are nobody's schema. What an extension made comes and goes with it.
const common = `
  role_label AS (
    SELECT oid, CASE rolname WHEN $1 THEN ':"owner"' WHEN $2 THEN ':"runtime"' WHEN $3 THEN ':"admin"'
                             ELSE quote_ident(rolname) END AS label FROM pg_roles
    UNION ALL SELECT 0, 'PUBLIC'),
  member AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
  ns AS (
    SELECT oid, quote_ident(nspname) AS name, nspowner, nspacl FROM pg_namespace
     WHERE nspname <> 'information_schema' AND nspname !~ '^pg_'
       AND (('pg_namespace'::regclass)::oid, oid) NOT IN (SELECT classid, objid FROM member)),
  rel AS (
    SELECT c.*, ns.name || '.' || quote_ident(c.relname) AS name,
           CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
                          ELSE 'table' END AS kind
      FROM pg_class c JOIN ns ON ns.oid = c.relnamespace
     WHERE (('pg_class'::regclass)::oid, c.oid) NOT IN (SELECT classid, objid FROM member)),
  typ AS (
    SELECT t.*, ns.name || '.' || quote_ident(t.typname) AS name,
           CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'type' END AS kind
      FROM pg_type t JOIN ns ON ns.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
     WHERE (t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c')
       AND (('pg_type'::regclass)::oid, t.oid) NOT IN (SELECT classid, objid FROM member)),
  fn AS (
    SELECT p.*, ns.name || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS name,
           CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind
      FROM pg_proc p JOIN ns ON ns.oid = p.pronamespace
     WHERE (('pg_proc'::regclass)::oid, p.oid) NOT IN (SELECT classid, objid FROM member)),
  -- Sequences of identity columns are a part of the column.
  inner_sequence AS (
    SELECT objid AS oid FROM pg_depend
     WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass AND deptype = 'i' AND refobjsubid > 0)`;

/**
 * The whole description in one round trip. $1 to $3: owner role, runtime role, admin role. To be run with an empty
 * search_path, so that every name in a definition has its schema.
 */
export const catalogSql = `WITH ${common}
${[...typeSelects, ...relationSelects, ...accessSelects].join('\nUNION ALL\n')}`;
