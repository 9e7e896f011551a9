import { type PgBouncerPlan, pgBouncerText } from '#libs/hosting';
import { type LoadedSettings, serverAddress, SettingsError } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { loadFleet } from '../fleet.js';
import { requireServer } from '../home/postgres.js';
import { connectionLimit } from '../tenants/connection-limit.js';

export class NoPooler extends SettingsError {
  override readonly code = 'NO_POOLER';
}

/** What the PgBouncer of a server is to be told, out of tenantry.yaml and the pools of the tenants that are there. */
export async function poolerConfiguration(
  dependencies: Dependencies,
  name = dependencies.home.host.postgres.default,
): Promise<{ readonly server: string; readonly text: string }> {
  const { host } = dependencies.home;
  const { pooler } = requireServer(dependencies.home, name);
  if (pooler === undefined) {
    throw new NoPooler(`tenantry.yaml: postgres.servers.${name}: has no pooler.`, {
      hint: 'Add `pooler: { host, port, mode }`; see docs/postgres-servers.md.',
    });
  }
  const { loaded } = await loadFleet(dependencies);
  const tenants = [...loaded.values()].filter(({ settings }) => settings.database.server === name);
  const server = serverAddress(dependencies.home, name);
  const plan: PgBouncerPlan = {
    name,
    server,
    pooler,
    isDefault: name === host.postgres.default,
    ...sizes(tenants),
  };
  return { server: name, text: pgBouncerText(plan) };
}

/** Each session of a process keeps a connection, the old and the new ones side by side while the tenant restarts. */
function sizes(tenants: readonly LoadedSettings[]): Pick<PgBouncerPlan, 'clients' | 'sessions'> {
  const limits = tenants.map(connectionLimit);
  return {
    clients: limits.reduce((sum, limit) => sum + limit, 0),
    sessions: Math.max(0, ...limits),
  };
}
