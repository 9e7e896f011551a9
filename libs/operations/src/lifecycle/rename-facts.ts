import type { DatabaseNames } from '#libs/database';
import type { TenantName } from '#libs/settings';
import type { Hold } from '../releases/release-of.js';
import type { Moved } from './trash.js';

/** All that a tenant's name is in. */
export interface RenamedTenant {
  readonly from: TenantName;
  readonly to: TenantName;
  /** Null where it has an overlay only. */
  readonly id: string | null;
  readonly database: {
    readonly server: string;
    readonly names: DatabaseNames;
    readonly next: DatabaseNames;
  } | null;
  readonly folder: Moved;
  /** Before the folder is moved, and after; null where there is none. */
  readonly mediaRoot: Moved | null;
  /** The overlay's text. */
  readonly overlay: { readonly before: string; readonly after: string };
  /** Its own; `hosts` are all that it answers afterwards. */
  readonly hostsBefore: readonly string[];
  readonly hosts: readonly string[];
  readonly hold: Hold | null;
  readonly wasRunning: boolean;
}
