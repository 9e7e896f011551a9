import { join } from 'node:path';
import type { Dependencies } from '../dependencies.js';
import type { LockRequest } from '../lock.js';

/** How commands that change a tenant keep out of each other's way. */
export function tenantLock(
  { home, command, now }: Pick<Dependencies, 'home' | 'command' | 'now'>,
  tenant: string,
): LockRequest {
  const file = join(home.paths.run, 'locks', `tenant-${tenant}.lock`);
  return { file, what: `tenant ${tenant}`, command, now: now() };
}
