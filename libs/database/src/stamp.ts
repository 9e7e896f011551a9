import type { SqlRunner } from '#libs/settings';
import type { ExpectedIdentity, Identity } from './addresses.js';
import { WrongIdentity } from './errors.js';
import { errorCode, sqlStates } from './postgres-error.js';
import { select } from './rows.js';

/** Whose database this is, by the stamp in it; `undefined` when it carries none that we may read. */
export async function readStamp(connection: SqlRunner): Promise<Identity | undefined> {
  try {
    const [stamp] = await select<Identity>(connection, 'SELECT tenant, id::text AS id FROM tenantry.stamp');
    return stamp === undefined ? undefined : { tenant: stamp.tenant, id: stamp.id };
  } catch (error) {
    const code = errorCode(error);
    if (code === sqlStates.undefinedTable || code === sqlStates.insufficientPrivilege) return undefined;
    throw error;
  }
}

/**
 * Proves that the connection leads to the expected tenant's database; to be called before the first write.
 * @throws WrongIdentity (exit 78) when the stamp is another's or there is none.
 */
export async function proveDatabase(connection: SqlRunner, expected: ExpectedIdentity): Promise<Identity> {
  const stamp = await readStamp(connection);
  const [row] = await select<{ name: string }>(connection, 'SELECT current_database() AS name');
  return proveStamp(stamp, expected, row?.name ?? '');
}

/** The same of a stamp that was read already. */
export function proveStamp(
  stamp: Identity | undefined,
  expected: ExpectedIdentity,
  database: string,
): Identity {
  if (stamp?.tenant === expected.tenant && (expected.id ?? stamp.id) === stamp.id) return stamp;
  throw wrongIdentity(database, stamp, expected);
}

function wrongIdentity(
  database: string,
  stamp: Identity | undefined,
  { tenant }: ExpectedIdentity,
): WrongIdentity {
  const settings = `tenants/${tenant}/settings.yaml`;
  if (stamp === undefined) {
    return new WrongIdentity(`${tenant}: database "${database}" carries no stamp. Nothing was written.`, {
      tenant,
      hint: `Set database.name in ${settings} to ${tenant}'s own database, or make one with \`tenantry tenant create ${tenant}\`.`,
    });
  }
  if (stamp.tenant === tenant) {
    return new WrongIdentity(
      `${tenant}: database "${database}" carries the stamp of another ${tenant} (id ${stamp.id}). Nothing was written.`,
      { tenant, hint: 'It was made for a tenant of the same name, in another home or before this one.' },
    );
  }
  return new WrongIdentity(
    `${tenant}: database "${database}" carries ${stamp.tenant}'s stamp. Nothing was written.`,
    { tenant, hint: `Set database.name in ${settings} to ${tenant}'s own database.` },
  );
}
