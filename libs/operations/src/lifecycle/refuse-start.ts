import type { HomePaths, LoadedSettings } from '#libs/settings';
import { refuseSuspended } from '../tenants/suspended.js';
import { refuseUnfinished } from './journal.js';

/** Throws Unfinished or Suspended (exit 4) for a tenant that is to have no process. */
export function refuseStart(paths: HomePaths, loaded: LoadedSettings): void {
  refuseUnfinished(paths, loaded.tenant);
  refuseSuspended(loaded);
}
