import { type Identity, repairAccess, type ServerAddress } from '#libs/database';
import { type LoadedSettings, Secret } from '#libs/settings';
import { describeDatabase } from '../tenants/tenant-database.js';
import type { Repair } from './finding.js';

/** The one act that mends all that is wrong with the roles, grants and marks of a tenant's database. */
export function accessRepair(loaded: LoadedSettings, address: ServerAddress, identity: Identity): Repair {
  const { tenant } = loaded;
  // It works as the admin: the tenant's own passwords may be what is wrong.
  const none = new Secret('');
  const db = describeDatabase(loaded, address, { owner: none, runtime: none });
  return {
    ...{ key: `access ${tenant}`, tenant, does: `renew roles, grants and marks of the database ${db.name}` },
    run: () => repairAccess(db, identity),
  };
}
