import { FailedError } from '#libs/settings';
import type { Identity, TenantDatabase } from './addresses.js';

export async function dropTenantDatabase(_db: TenantDatabase, _identity: Identity): Promise<void> {
  throw new FailedError('not there yet');
}
