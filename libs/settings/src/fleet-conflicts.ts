import type { LoadedSettings, Source } from './layers/types.js';
import type { TenantName } from './tenant-name.js';

export type ConflictKind = 'host' | 'database' | 'role' | 'socket' | 'port' | 'mediaRoot';

/** One thing that two tenants claim. */
export interface Conflict {
  readonly kind: ConflictKind;
  readonly value: string;
  readonly tenants: readonly TenantName[];
  readonly places: readonly (Source & { readonly tenant: TenantName })[];
}

/** Hosts, databases, roles, sockets, ports and media roots that more than one tenant claims. */
export function findConflicts(_fleet: Iterable<LoadedSettings>): Conflict[] {
  throw new Error('not yet');
}
