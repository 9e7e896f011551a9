import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, rmdirSync, type Stats, statSync } from 'node:fs';
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
  requireOwnSocketFolder(paths, uid);
}

/** Leaves no empty folder in /tmp when nobody listens any more; whoever does next makes it anew. */
export function removeSocketFolder(paths: HomePaths): void {
  if (paths.sockets === paths.run) return;
  try {
    rmdirSync(paths.sockets);
  } catch {
    // Somebody's socket is in it, or it is gone.
  }
}

/**
 * Whoever listens or connects asks this first: /tmp is everybody's, and a link or a folder of somebody else there would
 * hand over our sockets. It may be ours, root's, or the home's owner's, whom a home has to trust anyway; or not be there.
 * @throws UnsafeSocketFolder
 */
export function requireOwnSocketFolder(paths: HomePaths, uid: number | undefined): void {
  if (paths.sockets === paths.run) return;
  const found = lstatSync(paths.sockets, { throwIfNoEntry: false });
  if (found === undefined || (found.isDirectory() && (found.mode & 0o022) === 0 && isOurs(found.uid))) return;
  throw new UnsafeSocketFolder(
    `${paths.sockets}: expected a folder that only you can write to, found ${describe(found)}.`,
    { file: paths.sockets, hint: `Find out who made it, then remove it: rm -r ${paths.sockets}` },
  );

  function isOurs(owner: number): boolean {
    if (uid === undefined || owner === uid || owner === 0) return true;
    return owner === statSync(paths.home, { throwIfNoEntry: false })?.uid;
  }
}

function describe(found: Stats): string {
  if (!found.isDirectory()) return found.isSymbolicLink() ? 'a link' : 'no folder';
  return `one of user ${found.uid} with mode ${(found.mode & 0o7777).toString(8).padStart(4, '0')}`;
}
