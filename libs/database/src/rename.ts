import type { Identity, TenantDatabase } from './addresses.js';
import { connectAs, connectServer, type Connection, using } from './connect.js';
import { describeServer } from './connection-error.js';
import { DatabaseExists, DatabaseNotOurs, NoSuchDatabase } from './errors.js';
import { formatMark } from './mark.js';
import { withNameLock } from './name-lock.js';
import { quoteIdentifier, quoteLiteral } from './quote.js';
import { findServerObjects, isSame, type ServerObject } from './server-objects.js';
import { proveDatabase, readStamp } from './stamp.js';
import { inTransaction, runAll } from './transaction.js';

/** What a tenant's database and its two roles are called on their server. */
export type DatabaseNames = Pick<TenantDatabase, 'name' | 'ownerRole' | 'runtimeRole'>;

interface Renaming {
  readonly kind: ServerObject['kind'];
  readonly from: string;
  readonly to: string;
}

/**
 * Gives a tenant's database and roles other names, all three at once. Nobody may be connected, so it is closed before.
 * Can be repeated: what has its new name already stays.
 * @throws DatabaseExists when a new name is taken, NoSuchDatabase, DatabaseNotOurs. Nothing was changed then.
 */
export async function renameDatabase(
  db: TenantDatabase,
  identity: Identity,
  to: DatabaseNames,
): Promise<void> {
  await using(connectServer(db.server), (admin) =>
    withNameLock(admin, db, async () => {
      const found = [
        ...(await findServerObjects(admin, db)),
        ...(await findServerObjects(admin, { ...db, ...to })),
      ];
      const due = renamingsOf(db, to).filter((each) => isDue(found, each, { db, identity }));
      await runAll(admin, due.map(renameSql));
    }),
  );
}

/** Throws DatabaseExists when a database or role of these names is there already. */
export async function requireFreeNames(db: TenantDatabase, tenant: string): Promise<void> {
  const [taken] = await using(connectServer(db.server), (admin) => findServerObjects(admin, db));
  if (taken !== undefined) throw nameTaken(db, taken, tenant);
}

function renamingsOf(db: DatabaseNames, to: DatabaseNames): Renaming[] {
  const pairs: Renaming[] = [
    { kind: 'database', from: db.name, to: to.name },
    { kind: 'role', from: db.ownerRole, to: to.ownerRole },
    { kind: 'role', from: db.runtimeRole, to: to.runtimeRole },
  ];
  return pairs.filter(({ from, to: next }) => from !== next);
}

function isDue(
  found: readonly ServerObject[],
  { kind, from, to }: Renaming,
  { db, identity }: { db: TenantDatabase; identity: Identity },
): boolean {
  const find = (name: string) => found.find((each) => each.kind === kind && each.name === name);
  const [old, present] = [find(from), find(to)];
  const ours = (object: ServerObject): boolean => isSame(object.mark, identity);
  if (present !== undefined && (old !== undefined || !ours(present))) {
    throw nameTaken(db, present, identity.tenant);
  }
  if (present !== undefined) return false;
  const where = `${describeServer(db.server)}: ${kind} "${from}"`;
  const { tenant } = identity;
  if (old === undefined) throw new NoSuchDatabase(`${where}: there is none.`, { tenant });
  if (ours(old)) return true;
  throw new DatabaseNotOurs(`${where} was not made for ${tenant}. Nothing was changed.`, { tenant });
}

function nameTaken(db: TenantDatabase, { kind, name }: ServerObject, tenant: string): DatabaseExists {
  return new DatabaseExists(`${describeServer(db.server)}: there is a ${kind} "${name}" already.`, {
    tenant,
    hint: 'Nothing was changed. Look whose it is before you remove it.',
  });
}

function renameSql({ kind, from, to }: Renaming): string {
  return `ALTER ${kind === 'database' ? 'DATABASE' : 'ROLE'} ${quoteIdentifier(from)} RENAME TO ${quoteIdentifier(to)}`;
}

/**
 * Writes another tenant's name into the database's stamp and on its marks, all at once; the id stays. Can be repeated.
 * @throws WrongIdentity when the stamp is neither's.
 */
export async function restampDatabase(db: TenantDatabase, from: Identity, tenant: string): Promise<void> {
  await using(connectAs(db, 'admin'), async (inside: Connection) => {
    const to = { tenant, id: from.id };
    if (isSame(await readStamp(inside), to)) return;
    await proveDatabase(inside, from);
    const mark = quoteLiteral(formatMark(to));
    await inTransaction(inside, async () => {
      await inside.query('UPDATE tenantry.stamp SET tenant = $1', [tenant]);
      await inside.query(`COMMENT ON DATABASE ${quoteIdentifier(db.name)} IS ${mark}`);
      for (const role of [db.ownerRole, db.runtimeRole]) {
        await inside.query(`COMMENT ON ROLE ${quoteIdentifier(role)} IS ${mark}`);
      }
    });
  });
}
