import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { LockedError } from '#libs/settings';
import { processStartTime } from '#libs/processes';

const pollMs = 100;

interface Owner {
  readonly host: string;
  readonly pid: number;
  /** When the process began, as the kernel counts: tells a reused pid from the owner. */
  readonly startTime: string | undefined;
  readonly command: string;
  readonly at: string;
}

export interface LockRequest {
  readonly file: string;
  /** What the lock protects, for the message: `tenant acme`. */
  readonly what: string;
  readonly command: string;
  readonly now: Date;
  /** How long to wait for another owner; default: not at all. */
  readonly waitMs?: number;
}

/**
 * Runs `work` while holding the lock file. Throws LockedError (exit 75) naming the owner while another
 * process has it; the lock of a process that is gone is taken over.
 */
export async function withLock<T>(request: LockRequest, work: () => Promise<T>): Promise<T> {
  await acquireInTime(request);
  try {
    return await work();
  } finally {
    rmSync(request.file, { force: true });
  }
}

async function acquireInTime(request: LockRequest): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    try {
      return acquire(request);
    } catch (error) {
      if (!(error instanceof LockedError) || waitedMs >= (request.waitMs ?? 0)) throw error;
    }
    await setTimeout(pollMs);
  }
}

function acquire(request: LockRequest): void {
  mkdirSync(dirname(request.file), { recursive: true, mode: 0o700 });
  if (tryCreate(request)) return;
  const owner = readOwner(request.file);
  if (owner && isAlive(owner)) throw heldBy(owner, request.what);
  removeStale(request.file, owner);
  if (!tryCreate(request)) throw heldBy(readOwner(request.file), request.what);
}

/** The file appears complete or not at all: written aside, then hard-linked, which fails when the name exists. */
function tryCreate({ file, command, now }: LockRequest): boolean {
  const owner: Owner = {
    host: hostname(),
    pid: process.pid,
    startTime: processStartTime(process.pid),
    command,
    at: now.toISOString(),
  };
  const aside = `${file}.${process.pid}`;
  const descriptor = openSync(aside, 'w', 0o600);
  try {
    writeSync(descriptor, JSON.stringify(owner));
    linkSync(aside, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    closeSync(descriptor);
    rmSync(aside, { force: true });
  }
}

/**
 * Takes a dead owner's file away. Two commands may see the same dead owner, and the second must not take away what
 * the first has put in its place: so the file is renamed, looked at, and put back when it is not the dead one's.
 */
function removeStale(file: string, dead: Owner | undefined): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
    const taken = readOwner(aside);
    if (JSON.stringify(taken) !== JSON.stringify(dead)) linkSync(aside, file);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  if (owner.host !== hostname()) return true;
  const startTime = processStartTime(owner.pid);
  return startTime !== undefined && startTime === owner.startTime;
}

function heldBy(owner: Owner | undefined, what: string): LockedError {
  const who = owner
    ? `"${owner.command}" (process ${owner.pid} on ${owner.host}, since ${owner.at})`
    : 'another command';
  return new LockedError(`${what}: locked by ${who}.`, { hint: 'Wait until it has ended, then try again.' });
}
