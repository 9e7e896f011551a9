import type { MigrationClass } from '#libs/settings';
import type { Identity, TenantDatabase } from '../addresses.js';
import { connectAs, using } from '../connect.js';
import { CopyFailed } from '../errors.js';
import { migrateDatabase } from '../migrate.js';
import { errorText } from '../postgres-error.js';
import { readSchema } from '../schema/read-schema.js';
import { differenceFrom } from '../schema/reference.js';
import { withNames } from '../schema/with-names.js';
import type { SchemaChange } from '../schema/compare-schemas.js';
import { runAll } from '../transaction.js';

export interface SchemaCopy {
  readonly from: TenantDatabase;
  /** Made for the tenant, and empty. */
  readonly to: TenantDatabase;
  readonly identity: Identity;
  /** Those that the source has been through. */
  readonly migrations: readonly MigrationClass[];
}

/**
 * Gives an empty database the schema of another: by the migrations that made it, then by what was made by hand besides.
 * @throws CopyFailed when the two are not the same in the end
 */
export async function copySchema({ from, to, identity, migrations }: SchemaCopy): Promise<void> {
  await migrateDatabase({ db: to, identity, migrations, lockWaitMs: 1000 });
  const byHand = await difference(from, to);
  if (byHand.length === 0) return;
  try {
    await using(connectAs(to, 'owner'), (owner) =>
      runAll(
        owner,
        byHand.map(({ sql }) => withNames(sql, to)),
      ),
    );
  } catch (error) {
    throw notAlike(byHand, errorText(error, []));
  }
  const left = await difference(from, to);
  if (left.length > 0) throw notAlike(left, 'they differ still');
}

/** By creating: an admin that is no superuser lets itself in, and each server has its own. */
const adminsOwn = 'grant DATABASE :"database" TO :"admin"';

async function difference(from: TenantDatabase, to: TenantDatabase): Promise<SchemaChange[]> {
  const read = (db: TenantDatabase) => using(connectAs(db, 'admin'), (admin) => readSchema(admin, db));
  const changes = differenceFrom(await read(from), await read(to));
  return changes.filter(({ object }) => object !== adminsOwn);
}

function notAlike(changes: readonly SchemaChange[], why: string): CopyFailed {
  const objects = changes.map(({ object }) => object).join(', ');
  return new CopyFailed(`what was made by hand in the schema could not be made again: ${why} (${objects}).`, {
    hint: 'Look at it with `tenantry migrate drift`.',
  });
}
