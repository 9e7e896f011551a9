import type { DatabaseNames } from '#libs/database';
import type { TenantName } from '#libs/settings';

/** A database on its way from one server to another. */
export interface MovedTenant {
  readonly tenant: TenantName;
  readonly id: string;
  readonly run: string;
  readonly from: string;
  readonly to: string;
  /** The same on both. */
  readonly names: DatabaseNames;
  /** What the source is called when it is no longer used. */
  readonly trashed: DatabaseNames;
  /** Where the source is written down for `purge`. */
  readonly entry: string;
  readonly overlay: { readonly before: string; readonly after: string };
  readonly movedAt: string;
  readonly expiresAt: string;
  readonly wasRunning: boolean;
}
