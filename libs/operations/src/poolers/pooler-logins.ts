import { join } from 'node:path';
import { PostgresUnreachable, reloadPooler } from '#libs/database';
import type { LoadedSettings, PoolerSettings, Secret, TenantName } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { loadFleet, loadUnclaimed } from '../fleet.js';
import { withLock } from '../lock.js';
import { errorText } from '../outcome.js';
import { isCreated } from '../tenants/created.js';
import { tenantDatabase } from '../tenants/tenant-database.js';
import { addLogins } from './auth-file.js';
import { type KeptPooler, keptPooler } from './pooler-of.js';

/**
 * Lets a tenant's process through the pooler of its server, where we keep that pooler's `auth_file`: writes the login,
 * and has it read. Costs one look at the file when it is there already.
 */
export async function admitToPooler(
  dependencies: Dependencies,
  loaded: LoadedSettings,
  password?: Secret,
): Promise<void> {
  const kept = keptPooler(dependencies, loaded.settings.database.server);
  if (kept === undefined || (password === undefined && !isCreated(loaded))) return;
  const known = password ?? (await tenantDatabase(dependencies, loaded)).runtimePassword;
  const logins = new Map([[loaded.settings.database.runtimeRole, known]]);
  await write(dependencies, kept, { logins, always: false });
}

/** The same where a failure is no reason to end: whoever is not let through will say so. */
export async function tryToAdmit(
  dependencies: Dependencies,
  loaded: LoadedSettings,
  password?: Secret,
): Promise<void> {
  try {
    await admitToPooler(dependencies, loaded, password);
  } catch (error) {
    dependencies.report.warn(`${loaded.tenant}: not let through its pooler: ${errorText(error)}`);
  }
}

/** The same of a tenant whose settings are not at hand; they are read only where a pooler is kept at all. */
export async function tryToAdmitNamed(dependencies: Dependencies, tenant: TenantName): Promise<void> {
  const { servers } = dependencies.home.host.postgres;
  if (Object.values(servers).every(({ pooler }) => pooler?.authFile === undefined)) return;
  await tryToAdmit(dependencies, await loadUnclaimed(dependencies, tenant));
}

/** All tenants of a server at once; the pooler reads the file even when it had them. */
export async function admitAll(dependencies: Dependencies, server: string): Promise<void> {
  const kept = keptPooler(dependencies, server);
  if (kept === undefined) return;
  const { loaded } = await loadFleet(dependencies);
  const logins = new Map<string, Secret>();
  for (const each of loaded.values()) {
    if (each.settings.database.server !== server || !isCreated(each)) continue;
    logins.set(
      each.settings.database.runtimeRole,
      (await tenantDatabase(dependencies, each)).runtimePassword,
    );
  }
  await write(dependencies, kept, { logins, always: true });
}

async function write(
  dependencies: Dependencies,
  { pooler, authFile, address }: KeptPooler,
  { logins, always }: { readonly logins: ReadonlyMap<string, Secret>; readonly always: boolean },
): Promise<void> {
  const { home, command, now } = dependencies;
  const file = join(home.paths.run, 'locks', `pooler-${address.name}.lock`);
  const what = `pooler of server ${address.name}`;
  await withLock({ file, what, command, now: now(), waitMs: 10_000 }, async () => {
    const isNew = addLogins(authFile, new Map([...consoleLogin(pooler), ...logins]));
    if (isNew || always) await reloadPooler(address).catch(unlessDown);
  });
}

/** It reads the file when it starts. */
function unlessDown(error: unknown): void {
  if (!(error instanceof PostgresUnreachable)) throw error;
}

/** Who has the file read anew must be in it. */
export function consoleLogin({ user, password }: PoolerSettings): [string, Secret][] {
  return user === undefined || password === undefined ? [] : [[user, password]];
}
