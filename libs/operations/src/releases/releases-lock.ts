import { join } from 'node:path';
import type { Dependencies } from '../dependencies.js';
import type { LockRequest } from '../lock.js';

/** How commands that add releases to the home, or remove some, keep out of each other's way. */
export function releasesLock({
  home,
  command,
  env,
  now,
}: Pick<Dependencies, 'home' | 'command' | 'env' | 'now'>): LockRequest {
  const file = join(home.paths.run, 'locks', 'build.lock');
  return { file, what: 'releases', command, env, now: now() };
}
