import type { ServerEndpoint } from './addresses.js';
import { describeServer } from './connection-error.js';
import { PostgresTooOld } from './errors.js';

/** The oldest major version that the tests run on. */
const oldestMajor = 15;

/**
 * `version` as a server tells it: `15.18 (Debian 15.18-1)`, `19beta1`.
 * @throws PostgresTooOld (exit 4)
 */
export function requireVersion(server: ServerEndpoint, version: string): void {
  const major = /^\d+/.exec(version)?.[0];
  if (major === undefined || Number(major) >= oldestMajor) return;
  throw new PostgresTooOld(
    `${describeServer(server)}: expected Postgres ${oldestMajor} or newer, found ${version}.`,
    { hint: 'Upgrade it, or name a newer server in tenantry.yaml.' },
  );
}
