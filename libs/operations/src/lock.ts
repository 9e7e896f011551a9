import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { LockedError } from '#libs/settings';
import { processStartTime } from '#libs/processes';
import {
  type FoundLock,
  isAlive,
  leaseMs,
  type LockOwner,
  OwnedLockFile,
  readLock,
  removeStale,
} from './locks/lock-file.js';
import { ownerSince, ownerText } from './locks/owner-text.js';

/** By which a command tells those that it starts that they work under its locks. */
export const lockTokens = 'TENANTRY_LOCK_TOKENS';

const pollMs = 100;

export interface LockRequest {
  readonly file: string;
  /** What the lock protects, for the message: `tenant acme`. */
  readonly what: string;
  /** Releases that the work needs: they are in the lock, for those who would remove them. */
  readonly releases?: readonly string[];
  readonly command: string;
  readonly now: Date;
  /** How long to wait for another owner; default: not at all. */
  readonly waitMs?: number;
  /** Where `TENANTRY_LOCK_TOKENS` may name the owner's token: its children work under its lock. Default: nowhere. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A lock while it is held. */
export interface HeldLock {
  /** For the environment of those who are to work under this lock. */
  readonly token: string;
  /** Throws LockLost when somebody has taken it, as from a process that slept too long on another host. */
  requireHeld(): void;
}

export class LockLost extends LockedError {
  override readonly code = 'LOCK_LOST';
}

/**
 * Runs `work` while holding the lock file. Throws LockedError (exit 75) naming the owner while another
 * process has it; the lock of a process that is gone is taken over. A child of the owner runs under the owner's lock.
 */
export async function withLock<T>(request: LockRequest, work: (held: HeldLock) => Promise<T>): Promise<T> {
  const parent = parentOf(request);
  if (parent !== undefined) return work({ token: parent, requireHeld: () => {} });
  const { file: owned, token } = await acquireInTime(request);
  const began = performance.now();
  const renewal = setInterval(() => {
    owned.renew(new Date(request.now.getTime() + performance.now() - began));
  }, leaseMs / 4).unref();
  try {
    return await work({
      token,
      requireHeld: () => {
        if (!owned.isOurs) throw lost(request);
      },
    });
  } finally {
    clearInterval(renewal);
    owned.remove();
  }
}

/** The token of a living owner who started this process. */
function parentOf({ file, env, now }: LockRequest): string | undefined {
  const tokens = env?.[lockTokens]?.split(',') ?? [];
  const found = tokens.length > 0 ? readLock(file) : undefined;
  const token = found?.owner.token;
  return found && token !== undefined && tokens.includes(token) && isAlive(found, now) ? token : undefined;
}

interface Acquired {
  readonly file: OwnedLockFile;
  readonly token: string;
}

async function acquireInTime(request: LockRequest): Promise<Acquired> {
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    try {
      return acquire({ ...request, now: new Date(request.now.getTime() + waitedMs) });
    } catch (error) {
      if (!(error instanceof LockedError) || waitedMs >= (request.waitMs ?? 0)) throw error;
    }
    await setTimeout(pollMs);
  }
}

function acquire(request: LockRequest): Acquired {
  const { file, now } = request;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const owner = ourselves(request);
  const acquired = (made: OwnedLockFile): Acquired => ({ file: made, token: owner.token });
  const made = OwnedLockFile.create(file, owner, now);
  if (made) return acquired(made);
  const found = readLock(file);
  if (found && isAlive(found, now)) throw heldBy(found, request.what);
  removeStale(file, found);
  const taken = OwnedLockFile.create(file, owner, now);
  if (taken) return acquired(taken);
  throw heldBy(readLock(file), request.what);
}

function ourselves({
  command,
  now,
  what,
  releases = [],
}: LockRequest): LockOwner & { readonly token: string } {
  return {
    host: hostname(),
    pid: process.pid,
    startTime: processStartTime(process.pid),
    ...{ command, what, releases, at: now.toISOString(), token: randomBytes(8).toString('hex') },
  };
}

function heldBy(found: FoundLock | undefined, what: string): LockedError {
  const owner = found?.owner;
  const who = owner ? ownerSince(owner) : 'another command';
  return new LockedError(`${what}: locked by ${who}.`, { hint: 'Wait until it has ended, then try again.' });
}

function lost({ what, file }: LockRequest): LockLost {
  const owner = readLock(file)?.owner;
  const who = owner ? `${ownerText(owner)} has it now` : 'it is gone';
  return new LockLost(`${what}: the lock was taken away: ${who}.`, {
    hint: 'Look at `tenantry lock show` before you go on.',
  });
}
