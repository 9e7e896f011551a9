import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { canReach, chooseServiceUser, type ServiceUser } from './service-user.js';

/** Who runs the server and where its data really is. */
export interface Placement {
  readonly user: ServiceUser | undefined;
  /** Without symbolic links; need not exist yet. */
  readonly dataDir: string;
}

/** Where root keeps data whose home lies below folders that only root may enter. */
const systemFolder = '/var/lib/tenantry';

/** sockaddr_un holds 108 bytes on Linux and 104 on macOS, the closing NUL included. */
const longestSocketPath = process.platform === 'linux' ? 107 : 103;

/**
 * Decides who runs the server and where its data goes. As root, data of a home that the unprivileged user cannot
 * reach goes to a new folder below /var/lib/tenantry; a symbolic link in its wished place leads there.
 */
export function place(wishedDataDir: string): Placement {
  const dataDir = followLink(wishedDataDir);
  const user = chooseServiceUser(dataDir);
  makeFolder(dirname(dataDir), user);
  if (user !== undefined) openTemporaryFolders(dirname(realFolder(dataDir)));
  if (canReach(user, dirname(realFolder(dataDir)))) return { user, dataDir: realFolder(dataDir) };
  return { user, dataDir: linkElsewhere(wishedDataDir, user) };
}

// A home below the temporary folder is a throw-away one (mkdtemp makes it 0700), whose data must go with it.
function openTemporaryFolders(dir: string): void {
  const temporary = `${realpathSync(tmpdir())}/`;
  for (let folder = dir; folder.startsWith(temporary); folder = dirname(folder)) letThrough(folder);
}

/** Where the data folder's link leads, else the folder itself; nothing need be there yet. */
export function followLink(dataDir: string): string {
  const stats = lstatSync(dataDir, { throwIfNoEntry: false });
  const target = stats?.isSymbolicLink() ? resolve(dirname(dataDir), readlinkSync(dataDir)) : dataDir;
  return statSync(dirname(target), { throwIfNoEntry: false }) === undefined ? target : realFolder(target);
}

function realFolder(dir: string): string {
  return join(realpathSync(dirname(dir)), basename(dir));
}

// The name is new each time: data left by a home of the same path that was deleted must not come back with it.
function linkElsewhere(wishedDataDir: string, user: ServiceUser | undefined): string {
  makeFolder(systemFolder, user);
  const folder = mkdtempSync(join(systemFolder, `${basename(wishedDataDir)}-`));
  chmodSync(folder, 0o711);
  try {
    if (lstatSync(wishedDataDir, { throwIfNoEntry: false })?.isDirectory()) rmdirSync(wishedDataDir);
    symlinkSync(join(folder, 'data'), wishedDataDir);
    return join(folder, 'data');
  } catch (error) {
    rmdirSync(folder);
    // Two commands start the server at once, and the other one has set the link.
    if (lstatSync(wishedDataDir, { throwIfNoEntry: false })?.isSymbolicLink())
      return followLink(wishedDataDir);
    throw error;
  }
}

/** Whether `dataDir` is one that `place` put below /var/lib/tenantry. */
export function isElsewhere(dataDir: string): boolean {
  return dirname(dirname(dataDir)) === systemFolder;
}

// Others may walk through, so that the unprivileged user can, but not list what is inside.
function makeFolder(dir: string, user: ServiceUser | undefined): void {
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  if (user !== undefined) letThrough(dir);
}

function letThrough(dir: string): void {
  const { mode, uid } = statSync(dir);
  if (uid === 0 && (mode & 0o011) !== 0o011) chmodSync(dir, (mode & 0o7777) | 0o011);
}

/**
 * Makes the folder of a server's sockets: `<wished>/postgres-<name>`, or one below the temporary folder where that
 * path is too long for a socket or out of the server's reach. The same each time, as far as others let us: processes
 * that run look for the server where it was.
 */
export function makeSocketDir(
  wished: string,
  { name, dataDir, user }: { name: string; dataDir: string; user: ServiceUser | undefined },
): string {
  const own = join(wished, `postgres-${name}`);
  mkdirSync(wished, { recursive: true });
  const dir = fits(own) && canReach(user, realpathSync(wished)) ? makeOwn(own) : makeTemporary(dataDir, user);
  if (user !== undefined) chownSync(dir, user.uid, user.gid);
  chmodSync(dir, user === undefined ? 0o700 : 0o711);
  return dir;
}

/** Lets users through that know a socket's name, such as tenants' own; whom the server lets in, it decides by password. */
export function shareSocketDir(dir: string): void {
  const stats = statSync(dir, { throwIfNoEntry: false });
  if (stats !== undefined && (stats.mode & 0o011) !== 0o011) chmodSync(dir, 0o711);
}

/** Removes such a folder; any other is left alone, since a run file is a file that anybody may have written. */
export function removeSocketDir(dir: string): void {
  if (/\/(postgres-[^/]+|tenantry-\w{6}|tenantry-pg-[0-9a-f]{12})$/.test(dir))
    rmSync(dir, { recursive: true, force: true });
}

function fits(dir: string): boolean {
  return Buffer.byteLength(join(dir, '.s.PGSQL.65535')) <= longestSocketPath;
}

function makeOwn(dir: string): string {
  mkdirSync(dir, { recursive: true });
  return dir;
}

function makeTemporary(dataDir: string, user: ServiceUser | undefined): string {
  const name = `tenantry-pg-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`;
  const parent =
    [tmpdir(), '/tmp'].find((each) => fits(join(each, name)) && canReach(user, realpathSync(each))) ?? '/tmp';
  const dir = join(parent, name);
  return isMade(dir) || isOurs(dir, user) ? dir : mkdtempSync(join(parent, 'tenantry-'));
}

function isMade(dir: string): boolean {
  try {
    mkdirSync(dir, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** The temporary folder is everybody's: somebody else may have made one of this name, or a link. */
function isOurs(dir: string, user: ServiceUser | undefined): boolean {
  const found = lstatSync(dir);
  const isOwn = found.uid === process.geteuid?.() || found.uid === user?.uid;
  return found.isDirectory() && isOwn && (found.mode & 0o022) === 0;
}
