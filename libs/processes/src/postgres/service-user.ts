import { execFileSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { NoServiceUser } from './errors.js';

/** The unprivileged user that a server runs as when root starts it. */
export interface ServiceUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * `undefined` means: as whoever we are. Root must hand over to somebody else, because Postgres refuses to run as
 * root; a data folder that is there already decides who, since only its owner may use it.
 */
export function chooseServiceUser(dataDir: string): ServiceUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(dataDir, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const name of ['postgres', 'nobody']) {
    const user = lookUp(name);
    if (user !== undefined) return user;
  }
  throw new NoServiceUser(
    'Postgres refuses to run as root, and this host has neither a user "postgres" nor "nobody".',
    {
      hint: 'Run the command as another user, or create one: useradd --system postgres',
    },
  );
}

function lookUp(name: string): ServiceUser | undefined {
  try {
    // id(1) asks the host's name service; /etc/passwd would miss users that a directory serves.
    const ask = (flag: string): number =>
      Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: ask('-u'), gid: ask('-g') };
  } catch {
    return undefined;
  }
}

/** Whether `user` can walk down to `path`: every folder on the way lets it through. Access lists are not looked at. */
export function canReach(user: ServiceUser | undefined, path: string): boolean {
  if (!allows(user, path, 1)) return false;
  const parent = dirname(path);
  return parent === path || canReach(user, parent);
}

/** Whether `user` holds the permission bits (4 read, 1 enter or run) on an existing path; a missing one hinders nobody. */
export function allows(user: ServiceUser | undefined, path: string, bits: 1 | 4 | 5): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return true;
  if (user === undefined) return mayAccess(path, bits);
  const shift = stats.uid === user.uid ? 6 : stats.gid === user.gid ? 3 : 0;
  return ((stats.mode >> shift) & bits) === bits;
}

function mayAccess(path: string, bits: 1 | 4 | 5): boolean {
  const mode = (bits & 4 ? constants.R_OK : 0) | (bits & 1 ? constants.X_OK : 0);
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
