import { type RuntimeLogin, workingPassword } from '#libs/database';
import { serverEndpoint, SettingsError } from '#libs/settings';

import type { Tenant } from './tenant.js';

export class NoRuntimePassword extends SettingsError {
  override readonly code = 'NO_RUNTIME_PASSWORD';
}

/**
 * The login as the files have it now. While a password is rotated they have two, and the server knows which is its own;
 * where they cannot be read, what was read at the start still may serve.
 */
export async function currentLogin(tenant: Tenant, known?: RuntimeLogin): Promise<RuntimeLogin> {
  try {
    const database = tenant.rereadDatabase();
    const login = loginOf(tenant, database);
    const next = database.runtimePasswordNext;
    return next === undefined ? login : { ...login, runtimePassword: await workingPassword(login, next) };
  } catch (error) {
    if (known === undefined) throw error;
    return known;
  }
}

function loginOf({ name, home }: Tenant, database: Tenant['settings']['database']): RuntimeLogin {
  if (database.runtimePassword === undefined) {
    throw new NoRuntimePassword(`${name}: database.runtimePassword: expected a password, found none.`, {
      tenant: name,
      hint: `Create it with \`tenantry tenant create ${name}\`.`,
    });
  }
  return {
    server: serverEndpoint(home, database.server),
    name: database.name,
    runtimeRole: database.runtimeRole,
    runtimePassword: database.runtimePassword,
  };
}
