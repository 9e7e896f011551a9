import type { PoolerAddress } from '#libs/database';
import type { PoolerSettings } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';

/** A pooler whose `auth_file` is ours to write. */
export interface KeptPooler {
  readonly pooler: PoolerSettings;
  readonly authFile: string;
  readonly address: PoolerAddress & { readonly name: string };
}

/** Undefined where the server has none, or its logins are somebody else's matter. */
export function keptPooler({ home }: Pick<Dependencies, 'home'>, server: string): KeptPooler | undefined {
  const pooler = home.host.postgres.servers[server]?.pooler;
  const address = pooler && poolerAddress(server, pooler);
  if (pooler?.authFile === undefined || address === undefined) return undefined;
  return { pooler, authFile: pooler.authFile, address };
}

/** The login to its console, where tenantry.yaml names one. */
export function poolerAddress(
  name: string,
  { host, port, ssl, caFile, mode, user, password }: PoolerSettings,
): (PoolerAddress & { readonly name: string }) | undefined {
  if (user === undefined) return undefined;
  return { name, host, port, ssl, caFile, pooler: mode, user, password };
}
