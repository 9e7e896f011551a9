import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { UnusableDataFolder } from './errors.js';

/** A server process that runs on a data folder, as its lock file describes it. */
export interface Postmaster {
  readonly pid: number;
  readonly startedAt: string;
  readonly port: number;
  readonly socketDir: string;
  /** It accepts connections. */
  readonly isReady: boolean;
}

/**
 * The server that runs on this data folder. `undefined` also when its lock file is stale: a pid alone proves
 * nothing, the system may have given it to another process since.
 */
export function findPostmaster(dataDir: string): Postmaster | undefined {
  const text = readIfThere(join(dataDir, 'postmaster.pid'));
  // Line by line: pid, data folder, start, port, socket folder, address, shared memory, status.
  // https://github.com/postgres/postgres/blob/master/src/include/utils/pidfile.h
  const [pid, , started, port, socketDir, , , status] = text?.split('\n') ?? [];
  if (!pid || !isPostmaster(Number(pid), dataDir)) return undefined;
  return {
    pid: Number(pid),
    startedAt: new Date(Number(started) * 1000).toISOString(),
    port: Number(port),
    socketDir: socketDir ?? '',
    isReady: status?.trim() === 'ready',
  };
}

/** Whether `pid` is a server on this very data folder, which every server makes its working directory. */
export function isPostmaster(pid: number, dataDir: string): boolean {
  if (!Number.isInteger(pid) || pid <= 1) return false;
  if (!existsSync('/proc/self/cwd')) return psArguments(pid).includes(dataDir);
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === dataDir;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') return false;
    // Another user's process: its folder is not shown to us, its arguments are.
    return readIfThere(`/proc/${pid}/cmdline`)?.includes(dataDir) ?? false;
  }
}

/** The port that the server on this folder used last; its clients know that one. */
export function lastPort(dataDir: string): number | undefined {
  const port = /"port=(\d+)"/.exec(readIfThere(join(dataDir, 'postmaster.opts')) ?? '')?.[1];
  return port === undefined ? undefined : Number(port);
}

function psArguments(pid: number): string {
  try {
    return execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ESRCH') return undefined;
    throw new UnusableDataFolder(`${file}: cannot be read (${code}): it belongs to another user.`, {
      cause,
      hint: 'Run the command as the user that started the server, or as root.',
    });
  }
}
