import { type RuntimeLogin, workingPassword } from '#libs/database';
import { runtimeEndpoint, SettingsError } from '#libs/settings';

import type { Tenant } from './tenant.js';

export class NoRuntimePassword extends SettingsError {
  override readonly code = 'NO_RUNTIME_PASSWORD';
}

type DatabaseSettings = Tenant['settings']['database'];

/** The login as the settings had it when the process began. */
export function firstLogin(tenant: Tenant): Promise<RuntimeLogin> {
  return settle(tenant, tenant.settings.database);
}

/** The login as the files have it now; where they cannot be read, the one that is `known` still may serve. */
export async function currentLogin(tenant: Tenant, known: RuntimeLogin): Promise<RuntimeLogin> {
  try {
    return await settle(tenant, tenant.rereadDatabase());
  } catch {
    return known;
  }
}

/** While a password is rotated there are two, and the server knows which is its own. */
async function settle(tenant: Tenant, database: DatabaseSettings): Promise<RuntimeLogin> {
  const login = loginOf(tenant, database);
  const next = database.runtimePasswordNext;
  return next === undefined ? login : { ...login, runtimePassword: await workingPassword(login, next) };
}

function loginOf({ name, home }: Tenant, database: DatabaseSettings): RuntimeLogin {
  if (database.runtimePassword === undefined) {
    throw new NoRuntimePassword(`${name}: database.runtimePassword: expected a password, found none.`, {
      tenant: name,
      hint: `Create it with \`tenantry tenant create ${name}\`.`,
    });
  }
  return {
    server: runtimeEndpoint(home, database.server),
    name: database.name,
    runtimeRole: database.runtimeRole,
    runtimePassword: database.runtimePassword,
  };
}
