import type { HomePaths } from './home/types.js';
import type { Secret } from './secret.js';
import type { TenantName } from './tenant-name.js';

/** Nested like the settings: `{ database: { ownerPassword: … } }`; undefined removes a key. */
export interface SecretsPatch {
  readonly [key: string]: SecretsPatch | Secret | string | undefined;
}

/** Sets keys of the tenant's secrets.yaml (0600) in one step, keeping comments and the other keys. */
export function writeSecrets(_paths: HomePaths, _tenant: TenantName, _patch: SecretsPatch): void {
  throw new Error('not yet');
}

/** Sets keys of the home's secrets.yaml (0600) in one step: `{ postgres: { servers: { main: { password } } } }`. */
export function writeHomeSecrets(_paths: HomePaths, _patch: SecretsPatch): void {
  throw new Error('not yet');
}
