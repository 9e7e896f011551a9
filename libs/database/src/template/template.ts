import { createHash } from 'node:crypto';
import type { MigrationClass } from '#libs/settings';
import type { TenantDatabase } from '../addresses.js';
import type { Connection } from '../connect.js';
import { migrationNames } from '../migration-list.js';
import { insideSql } from '../tenant-sql.js';

/** What tells a template from others. */
export interface TemplateKey {
  /** The home's folder: several may share a server, and each drops only its own. */
  readonly home: string;
  readonly application: string;
  /** Classes, or their names as a manifest lists them. */
  readonly migrations: readonly (MigrationClass | string)[];
  /** By name. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** What it is to hold. */
export interface TemplateSpec extends TemplateKey {
  /** For people who look at the server; releases with the same migrations share a template. */
  readonly release: string;
  readonly migrations: readonly MigrationClass[];
}

/** A database that is ready to be cloned. Nobody can connect to it. */
export interface Template {
  readonly name: string;
  readonly home: string;
  readonly application: string;
  /** The one that it was built by. */
  readonly release: string;
  /** Of the schema that its migrations make. */
  readonly fingerprint: string;
}

/** What `doctor` and people recognise a template by, as they do its roles. */
export const templatePrefix = 'tenantry_template_';

/**
 * The same for the same migrations and nothing else; undefined where none can be kept apart from others: a migration
 * without a hash may be any, and without migrations there is nothing to save.
 */
export function templateName({ home, application, migrations, hashes }: TemplateKey): string | undefined {
  const listed = migrationNames(migrations).map((name) => [name, hashes[name]]);
  if (listed.length === 0 || listed.some(([, hash]) => hash === undefined)) return undefined;
  const text = JSON.stringify([home, application, listed, insideSql({ db: nobody })]);
  return `${templatePrefix}${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}

// Our own part of each database is a part of what is cloned.
const nobody = { ownerRole: 'owner', runtimeRole: 'runtime' };

export function rolesOf(template: string): Pick<TenantDatabase, 'ownerRole' | 'runtimeRole'> {
  return { ownerRole: `${template}_owner`, runtimeRole: template };
}

const prefix = 'tenantry template ';

/** Written last, in the transaction that closes it: a database without this comment is no template yet. */
export function formatTemplateMark({ home, application, release, fingerprint }: Template): string {
  return prefix + JSON.stringify({ home, application, release, fingerprint });
}

/** The finished templates on a server, whoever made them. */
export async function findTemplates(admin: Connection, name = '%'): Promise<Template[]> {
  const { rows } = await admin.query<{ name: string; comment: string | null }>(
    `SELECT datname AS name, shobj_description(oid, 'pg_database') AS comment
       FROM pg_database WHERE datistemplate AND NOT datallowconn AND starts_with(datname, $1) AND datname LIKE $2`,
    [templatePrefix, name.replaceAll('_', '\\_')],
  );
  return rows.flatMap((row) => parseTemplate(row.name, row.comment));
}

function parseTemplate(name: string, comment: string | null): Template[] {
  if (!comment?.startsWith(prefix)) return [];
  try {
    return [{ ...(JSON.parse(comment.slice(prefix.length)) as Omit<Template, 'name'>), name }];
  } catch {
    return [];
  }
}
