import { FailedError, type MigrationClass } from '#libs/settings';
import type { TenantDatabase } from '../addresses.js';
import { connectAs, type Connection, using } from '../connect.js';
import { migrateDatabase } from '../migrate.js';
import { withScratchDatabase } from '../scratch.js';

/** Migrations that write something else each time, as keys or the time: clones would have it in common. */
export class VaryingRows extends FailedError {
  override readonly code = 'VARYING_ROWS';
}

/**
 * Makes sure that whatever rows the migrations have written are the same whenever they run, by running them once more.
 * @throws VaryingRows
 */
export async function refuseVaryingRows(
  db: TenantDatabase,
  migrations: readonly MigrationClass[],
): Promise<void> {
  const once = await rowsIn(db);
  if (once.size === 0) return;
  const again = await withScratchDatabase(db.server, async (other, identity) => {
    await migrateDatabase({ db: other, identity, migrations, lockWaitMs: 1000 });
    return rowsIn(other);
  });
  const varying = [...once].filter(([table, digest]) => again.get(table) !== digest).map(([table]) => table);
  if (varying.length === 0) return;
  throw new VaryingRows(`the migrations write other rows into ${varying.join(', ')} each time they run.`, {
    hint: 'Each new tenant is migrated instead. To have templates, write such rows when the application is set up.',
  });
}

const tables = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'tenantry')
     AND c.oid IS DISTINCT FROM to_regclass('public.migrations')`;

/** A digest of the rows of each table that has any. */
function rowsIn(db: TenantDatabase): Promise<Map<string, string>> {
  return using(connectAs(db, 'owner'), async (owner) => {
    const { rows } = await owner.query<{ name: string }>(tables);
    const digests = new Map<string, string>();
    for (const { name } of rows) {
      const digest = await digestOf(owner, name);
      if (digest !== null) digests.set(name, digest);
    }
    return digests;
  });
}

async function digestOf(owner: Connection, table: string): Promise<string | null> {
  const { rows } = await owner.query<{ digest: string | null }>(
    `SELECT md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) AS digest FROM ${table} t`,
  );
  return rows[0]?.digest ?? null;
}
