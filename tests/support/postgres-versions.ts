import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutDir } from './command-line.js';

/** Major versions besides the one that is embedded. */
export const olderMajors = [15, 16, 17] as const;

/** Where scripts/fetch-postgres.mjs has put a version; undefined where it was not run. */
export function binariesOf(major: number): string | undefined {
  const dir = join(checkoutDir, '.cache', 'postgres', 'node_modules', `postgres-${major}`, 'native', 'bin');
  return existsSync(dir) ? dir : undefined;
}
