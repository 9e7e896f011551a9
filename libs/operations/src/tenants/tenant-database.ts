import type { LoadedSettings, Secret } from '#libs/settings';
import {
  type Identity,
  type RuntimeLogin,
  type ServerAddress,
  type TenantDatabase,
  workingPassword,
} from '#libs/database';
import { proveMediaRoot } from '#libs/media';
import { requireCreated } from './created.js';
import type { Dependencies } from '../dependencies.js';
import { reachServer } from '../home/postgres.js';

/** The database of a created tenant, on a server that runs. */
export async function tenantDatabase(
  dependencies: Dependencies,
  loaded: LoadedSettings,
): Promise<TenantDatabase> {
  requireCreated(loaded);
  return databaseAt(loaded, await reachServer(dependencies, loaded.settings.database.server));
}

/** The same at an address that is known. */
export async function databaseAt(loaded: LoadedSettings, address: ServerAddress): Promise<TenantDatabase> {
  requireCreated(loaded);
  const { ownerPassword, runtimePassword } = loaded.settings.database;
  return settlePasswords(
    loaded,
    describeDatabase(loaded, address, {
      owner: ownerPassword as Secret,
      runtime: runtimePassword as Secret,
    }),
  );
}

/** Where a rotation was interrupted, the server knows which of two passwords is a role's. */
async function settlePasswords(
  { settings: { database } }: LoadedSettings,
  db: TenantDatabase,
): Promise<TenantDatabase> {
  const { ownerPasswordNext, runtimePasswordNext } = database;
  const asOwner = { ...db, runtimeRole: db.ownerRole, runtimePassword: db.ownerPassword };
  return {
    ...db,
    ...(ownerPasswordNext && { ownerPassword: await workingPassword(loginOf(asOwner), ownerPasswordNext) }),
    ...(runtimePasswordNext && { runtimePassword: await workingPassword(loginOf(db), runtimePasswordNext) }),
  };
}

function loginOf({ server, name, runtimeRole, runtimePassword }: TenantDatabase): RuntimeLogin {
  return { server, name, runtimeRole, runtimePassword };
}

export function describeDatabase(
  { settings }: LoadedSettings,
  server: ServerAddress,
  passwords: { owner: Secret; runtime: Secret },
): TenantDatabase {
  const { name, ownerRole, runtimeRole } = settings.database;
  return {
    ...{ server, name, ownerRole, runtimeRole },
    ownerPassword: passwords.owner,
    runtimePassword: passwords.runtime,
  };
}

/** Who the tenant is, by its media root; throws WrongMediaRoot (exit 78) when that is another tenant's. */
export async function identityOf({ tenant, settings }: LoadedSettings): Promise<Identity> {
  return proveMediaRoot(settings.media.root, { tenant });
}
