import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Secret } from '#libs/settings';
import type { Binaries } from './binaries.js';
import { PostgresDidNotStart, PostgresDiskFull, UnusableDataFolder } from './errors.js';
import type { Placement } from './placement.js';

export interface NewCluster {
  readonly user: string;
  readonly password: Secret;
  readonly durable: boolean;
  readonly maxConnections: number;
}

/** The environment of the server's programs: nothing of the caller's, whose PGDATA or locale would change what they do. */
export const serverEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** A cluster takes about 40 MB, and its first write-ahead log 16 MB more. */
const leastFreeBytes = 64 * 1024 * 1024;

/** Makes the data folder if there is none. `true` when it did. */
export async function ensureDataFolder(
  placement: Placement,
  binaries: Binaries,
  cluster: NewCluster,
): Promise<boolean> {
  removeAbandoned(placement.dataDir);
  if (!isEmpty(placement.dataDir)) {
    checkVersion(placement.dataDir, binaries.major);
    return false;
  }
  const unfinished = `${placement.dataDir}.new-${process.pid}-${randomUUID().slice(0, 8)}`;
  try {
    await initialise(unfinished, { placement, binaries, cluster });
    return moveIntoPlace(unfinished, placement.dataDir);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
    rmSync(`${unfinished}.password`, { force: true });
  }
}

function checkVersion(dataDir: string, major: number): void {
  const hint = 'Point the home at another data folder, or restore this one from a backup.';
  let found: string;
  try {
    found = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
  } catch (cause) {
    throw new UnusableDataFolder(`${dataDir}: is not empty and holds no Postgres data (no PG_VERSION).`, {
      cause,
      hint,
    });
  }
  if (Number(found) === major) return;
  throw new UnusableDataFolder(
    `${dataDir}: holds data of Postgres ${found}, but the installed server is ${major}.`,
    {
      hint: `Dump the databases with Postgres ${found}, move the folder away, start again and load the dump.`,
    },
  );
}

interface Initialisation {
  readonly placement: Placement;
  readonly binaries: Binaries;
  readonly cluster: NewCluster;
}

async function initialise(dir: string, { placement, binaries, cluster }: Initialisation): Promise<void> {
  const { user } = placement;
  const passwordFile = `${dir}.password`;
  mkdirSync(dir, { mode: 0o700 });
  writeFileSync(passwordFile, `${cluster.password.reveal()}\n`, { mode: 0o600 });
  if (user !== undefined) for (const path of [dir, passwordFile]) chownSync(path, user.uid, user.gid);
  const who = ['-D', dir, '-U', cluster.user, `--pwfile=${passwordFile}`];
  const args = [...who, ...initdbArguments(binaries.major)];
  if (!cluster.durable) args.push('--no-sync');
  const child = spawn(join(binaries.binDir, 'initdb'), args, {
    ...user,
    cwd: '/',
    env: serverEnvironment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((done, fail) => child.on('error', fail).on('close', done));
  if (code !== 0) throw initdbFailed(dir, stderr, code);
  appendFileSync(join(dir, 'postgresql.conf'), serverSettings(cluster));
}

// Sorting by code point is the same on every host; libc's rules change with the host's version and break indexes.
function initdbArguments(major: number): string[] {
  const common = ['-A', 'scram-sha-256', '-E', 'UTF8', '--no-instructions'];
  return major >= 17
    ? [...common, '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
    : [...common, '--locale=C'];
}

function serverSettings(cluster: NewCluster): string {
  return [
    '',
    '# Set by Tenantry when it made this folder; where it listens is given on the command line.',
    `max_connections = ${cluster.maxConnections}`,
    'password_encryption = scram-sha-256',
    "timezone = 'UTC'",
    "log_timezone = 'UTC'",
    "log_line_prefix = '%m [%p] %q%u@%d '",
    '',
  ].join('\n');
}

function initdbFailed(dir: string, stderr: string, code: number | null): Error {
  const diskFull = diskFullAt(dirname(dir));
  if (diskFull !== undefined) return diskFull;
  const detail = stderr
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-2)
    .join(' ');
  return new PostgresDidNotStart(`${dir}: initdb failed (exit code ${code}): ${detail}`, {
    hint: 'Check that the folder can be written to, then try again. Nothing was left behind.',
  });
}

/** The error to raise instead of a stranger one when the disk has no room. */
export function diskFullAt(dir: string): PostgresDiskFull | undefined {
  const { bavail, bsize } = statfsSync(dir);
  const free = bavail * bsize;
  if (free >= leastFreeBytes) return undefined;
  return new PostgresDiskFull(`${dir}: the disk is full, ${Math.floor(free / 1024 / 1024)} MB are free.`, {
    hint: 'Postgres needs at least 64 MB. Free some space and try again.',
  });
}

// rename(2) onto a folder with files in it fails: of two commands that make the data at once, one wins.
function moveIntoPlace(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

function isEmpty(dir: string): boolean {
  const stats = statSync(dir, { throwIfNoEntry: false });
  if (stats === undefined) return true;
  if (!stats.isDirectory()) throw new UnusableDataFolder(`${dir}: is not a folder.`);
  return readdirSync(dir).length === 0;
}

/** Removes what commands that were killed while they made the data have left. */
function removeAbandoned(dataDir: string): void {
  const prefix = `${basename(dataDir)}.new-`;
  for (const name of readdirSync(dirname(dataDir))) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length).split('-')[0]) : undefined;
    if (pid === undefined || isAlive(pid)) continue;
    rmSync(join(dirname(dataDir), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
