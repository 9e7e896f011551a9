import { FailedError } from '#libs/settings';
import type { Identity, TenantDatabase } from './addresses.js';

export interface DatabaseLimits {
  /** Most connections that the runtime role may hold at once. */
  readonly runtimeConnections?: number | undefined;
}
export async function createTenantDatabase(
  _db: TenantDatabase,
  _identity: Identity,
  _limits?: DatabaseLimits,
): Promise<void> {
  throw new FailedError('not there yet');
}
