import { FailedError } from '#libs/settings';
import type { Identity, TenantDatabase } from '../addresses.js';
import type { Connection } from '../connect.js';
import { quoteIdentifier as quoted } from '../quote.js';
import { ddlOf } from '../schema/ddl.js';
import { fingerprintOf, readSchema } from '../schema/read-schema.js';
import { withNames } from '../schema/with-names.js';
import type { SchemaDescription } from '../schema/schema-object.js';
import { stampSql } from '../tenant-sql.js';
import { runAll } from '../transaction.js';
import { rolesOf, type Template } from './template.js';

/** A clone did not become what migrating would have made. */
export class TemplateStale extends FailedError {
  override readonly code = 'TEMPLATE_STALE';
}

/**
 * The statements by which a clone gives the new owner and runtime role what the template's have, with `:"owner"` and
 * `:"runtime"` for their names. What is granted on the database itself is not cloned, and made as for any other.
 */
export function renewalOf(schema: SchemaDescription): string[] {
  const concerned = /:"(owner|runtime)"/;
  const objects = [...schema.values()].filter(({ kind, name, facts }) => {
    if (kind === 'policy') return concerned.test(JSON.stringify(facts).replaceAll('\\"', '"'));
    return (
      (kind === 'grant' || kind === 'default privilege') &&
      concerned.test(name) &&
      !name.startsWith('DATABASE ')
    );
  });
  return objects.flatMap((object) => {
    const ddl = ddlOf(object);
    const create = ddl.create({ columns: [], others: [] });
    return object.kind === 'policy' ? [ddl.drop(), create] : [create];
  });
}

export interface Renewal {
  readonly db: TenantDatabase;
  readonly identity: Identity;
  readonly template: Template;
}

/** Makes a fresh clone the tenant's, as the admin in it: owners, grants, default privileges, stamp. */
export async function renewClone(inside: Connection, renewal: Renewal): Promise<void> {
  const statements = await readRenewal(inside);
  await runAll(inside, renewalSql(renewal, statements));
}

/**
 * Compares what has become of a clone with what migrating makes.
 * @throws TemplateStale
 */
export async function proveClone(
  inside: Connection,
  { db, template }: Pick<Renewal, 'db' | 'template'>,
): Promise<void> {
  const found = fingerprintOf(await readSchema(inside, db));
  if (found === template.fingerprint) return;
  throw new TemplateStale(
    `a clone of template "${template.name}" is not what release ${template.release} makes`,
    {
      hint: 'Somebody changed the template, or a migration sets what is kept outside its database.',
    },
  );
}

async function readRenewal(inside: Connection): Promise<string[]> {
  const { rows } = await inside.query<{ statements: string | null }>(
    `SELECT obj_description('tenantry'::regnamespace, 'pg_namespace') AS statements`,
  );
  return JSON.parse(rows[0]?.statements ?? '[]') as string[];
}

// REASSIGN and DROP OWNED reach what the template's roles have in this database and on the server; there they have nothing.
function renewalSql({ db, identity, template }: Renewal, statements: readonly string[]): string[] {
  const { ownerRole, runtimeRole } = rolesOf(template.name);
  return [
    `REASSIGN OWNED BY ${quoted(ownerRole)} TO ${quoted(db.ownerRole)}`,
    ...statements.map((statement) => withNames(statement.replace(/;$/, ''), db)),
    // One by one: of both at once, the second looks for default privileges that the first has removed.
    `DROP OWNED BY ${quoted(runtimeRole)}`,
    `DROP OWNED BY ${quoted(ownerRole)}`,
    'COMMENT ON SCHEMA tenantry IS NULL',
    'UPDATE tenantry.ledger SET applied_at = now()',
    stampSql(identity),
  ];
}
