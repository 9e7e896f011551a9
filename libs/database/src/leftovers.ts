import type { Identity, TenantDatabase } from './addresses.js';
import { connectAs, type Connection, using } from './connect.js';
import { describeServer } from './connection-error.js';
import { DatabaseExists } from './errors.js';
import { readStamp } from './stamp.js';
import { dropMadeFor, findServerObjects, type ServerObject } from './server-objects.js';

interface Ground {
  readonly db: TenantDatabase;
  readonly identity: Identity;
}

/**
 * Makes sure that none of the names is taken, while nobody else creates under them. Leftovers of a killed creation
 * for the same tenant go; everything else stays and is an error, for we never adopt or drop what we did not make.
 */
export async function clearGround(admin: Connection, { db, identity }: Ground): Promise<void> {
  let objects = await findServerObjects(admin, db);
  const made = objects.find(({ kind }) => kind === 'role')?.mark;
  if (made !== undefined && (await isUnfinished(objects, { db, tenant: identity.tenant }))) {
    await dropMadeFor(made, admin, db);
    objects = await findServerObjects(admin, db);
  }
  const taken = objects[0];
  if (taken !== undefined) throw alreadyThere(taken, db);
}

async function isUnfinished(
  objects: readonly ServerObject[],
  { db, tenant }: { db: TenantDatabase; tenant: string },
): Promise<boolean> {
  const roles = objects.filter(({ kind }) => kind === 'role');
  if (!roles.every(({ mark }) => mark?.tenant === tenant && mark.id === roles[0]?.mark?.id)) return false;
  const database = objects.find(({ kind }) => kind === 'database');
  if (database === undefined) return true;
  if (database.mark !== undefined || database.owner !== db.ownerRole) return false;
  return database.isUnfinished || using(connectAs(db, 'admin'), isUntouched);
}

// The last word: somebody may have lost the mark of a database that is in use, never its tables and its stamp.
async function isUntouched(inside: Connection): Promise<boolean> {
  return (await isEmpty(inside)) || isUnstampedClone(inside);
}

// By what a template leaves in its clones for the moment until they are stamped.
async function isUnstampedClone(inside: Connection): Promise<boolean> {
  const { rows } = await inside.query<{ note: string | null }>(
    `SELECT obj_description(oid, 'pg_namespace') AS note FROM pg_namespace WHERE nspname = 'tenantry'`,
  );
  return typeof rows[0]?.note === 'string' && (await readStamp(inside)) === undefined;
}

async function isEmpty(inside: Connection): Promise<boolean> {
  const { rows } = await inside.query(
    `SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'tenantry') LIMIT 1`,
  );
  return rows.length === 0;
}

function alreadyThere({ kind, name, mark }: ServerObject, db: TenantDatabase): DatabaseExists {
  const whose = mark === undefined ? '' : `, made for ${mark.tenant}`;
  return new DatabaseExists(
    `${describeServer(db.server)}: ${kind} "${name}" exists already${whose}. Nothing was changed.`,
    {
      hint: 'Choose another database.name and role names in the settings, or remove what is there yourself if nobody needs it.',
    },
  );
}
