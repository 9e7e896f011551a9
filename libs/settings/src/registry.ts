import { UsageError } from './errors.js';
import type { HomePaths } from './home/types.js';
import type { TenantName } from './tenant-name.js';

export class UnknownTenant extends UsageError {
  override readonly code = 'UNKNOWN_TENANT';
}

/** The tenants of the home, sorted: the tenants folder is the registry. */
export function listTenantNames(_paths: HomePaths): TenantName[] {
  throw new Error('not yet');
}

/** Parses a name that was typed and makes sure that it is a tenant's: InvalidTenantName or UnknownTenant otherwise. */
export function requireTenant(_paths: HomePaths, _text: string): TenantName {
  throw new Error('not yet');
}
