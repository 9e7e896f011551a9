import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RefusedError } from '../errors.js';
import { maxSocketBytes } from '../layers/check-address.js';
import type { HomePaths } from './types.js';

/** A socket folder that somebody else could have put there. */
export class UnsafeSocketFolder extends RefusedError {
  override readonly code = 'UNSAFE_SOCKET_FOLDER';
}

const longestSocket = `${'x'.repeat(40)}.sock`;

/** Where things are; `moved` has the folders that tenantry.yaml puts elsewhere, relative to the home. */
export function homePaths(
  home: string,
  moved: { readonly [key: string]: string | undefined } = {},
): HomePaths {
  const at = (key: string): string => resolve(home, moved[key] ?? key);
  const run = at('run');
  return {
    home,
    tenants: at('tenants'),
    run,
    sockets: socketFolder(home, run),
    state: at('state'),
    backups: at('backups'),
    releases: at('releases'),
    current: join(home, 'current'),
    postgres: at('postgres'),
  };
}

/**
 * A socket's address holds 107 bytes, which the home's path can exceed. The substitute is below /tmp whatever TMPDIR
 * says: the operator's shell and a tenant's unit need not agree on TMPDIR, but must agree on this.
 */
function socketFolder(home: string, run: string): string {
  if (Buffer.byteLength(join(run, longestSocket)) <= maxSocketBytes) return run;
  const hash = createHash('sha256').update(home).digest('hex').slice(0, 16);
  return `/tmp/tenantry-${hash}`;
}

/** Makes the socket folder for its owner alone, or refuses one that belongs to somebody else. Safe to repeat. */
export function prepareSocketFolder(paths: HomePaths, uid: number | undefined): void {
  mkdirSync(paths.sockets, { recursive: true, mode: 0o700 });
  if (paths.sockets === paths.run) return;
  // /tmp is everybody's: a link or a folder of somebody else there would hand over our sockets.
  const stat = lstatSync(paths.sockets);
  if (stat.isDirectory() && (uid === undefined || stat.uid === uid) && (stat.mode & 0o022) === 0) return;
  throw new UnsafeSocketFolder(`${paths.sockets}: expected a folder that only you can write to.`, {
    file: paths.sockets,
    hint: `Find out who made it, then remove it: rm -r ${paths.sockets}`,
  });
}
