import { readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { RefusedError, UsageError, nearest } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { type FoundLock, isAlive, type LockOwner, readLock, removeStale } from './lock-file.js';
import { ownerSince } from './owner-text.js';

/** `stale`: its owner is gone; the next who wants the lock takes it over. */
export type LockState = 'held' | 'stale';

export interface ShownLock extends Omit<LockOwner, 'token' | 'startTime' | 'what' | 'releases'> {
  /** `deploy`, `tenant-acme`. */
  readonly name: string;
  readonly what: string;
  /** That it needs. */
  readonly releases: readonly string[];
  readonly state: LockState;
  /** ISO 8601, UTC; renewed while its owner works. */
  readonly expiresAt: string;
}

export class UnknownLock extends UsageError {
  override readonly code = 'UNKNOWN_LOCK';
}

export class LockInUse extends RefusedError {
  override readonly code = 'LOCK_IN_USE';
}

type Needed = Pick<Dependencies, 'home' | 'now'>;

/** Every lock of the home, sorted by name. */
export function showLocks(dependencies: Needed): ShownLock[] {
  return lockNames(dependencies).flatMap((name) => {
    const found = readLock(fileOf(dependencies, name));
    return found ? [shown(name, found, dependencies.now())] : [];
  });
}

/**
 * Takes a lock away whose owner will not come back for it. Throws UnknownLock (exit 2), and LockInUse (exit 4) while
 * the owner lives on this host, or unless the name was confirmed.
 */
export function releaseLock(
  dependencies: Needed,
  { name, confirm }: { name: string; confirm: string | undefined },
): { data: object; text: string } {
  const found = readLock(fileOf(dependencies, name));
  if (!found || !lockNames(dependencies).includes(name)) throw unknown(dependencies, name);
  const { owner } = found;
  const who = ownerSince(owner);
  if (owner.host === hostname() && isAlive(found, dependencies.now())) {
    throw new LockInUse(`lock ${name}: held by ${who}, which is at work.`, {
      hint: `Wait for it, or end it: kill ${owner.pid}. Its lock is taken over by itself then.`,
    });
  }
  if (confirm !== name) {
    throw new LockInUse(`lock ${name}: held by ${who}. Nothing was released.`, {
      hint: `If that command is surely over, run: tenantry lock release ${name} --confirm ${name}`,
    });
  }
  removeStale(fileOf(dependencies, name), found);
  return { data: { released: name }, text: `Released lock ${name}, which was held by ${who}.` };
}

function shown(name: string, found: FoundLock, now: Date): ShownLock {
  const { host, pid, command, at, what = name, releases = [] } = found.owner;
  const state = isAlive(found, now) ? 'held' : 'stale';
  return { name, what, releases, state, host, pid, command, at, expiresAt: found.expiresAt.toISOString() };
}

function lockNames({ home }: Pick<Dependencies, 'home'>): string[] {
  try {
    return readdirSync(join(home.paths.run, 'locks'))
      .filter((file) => file.endsWith('.lock'))
      .map((file) => basename(file, '.lock'))
      .toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function fileOf({ home }: Pick<Dependencies, 'home'>, name: string): string {
  return join(home.paths.run, 'locks', `${basename(name)}.lock`);
}

function unknown(dependencies: Needed, name: string): UnknownLock {
  const near = nearest(name, lockNames(dependencies));
  return new UnknownLock(`lock "${name}": nobody holds a lock of that name.`, {
    hint: near === undefined ? 'List them with `tenantry lock show`.' : `Did you mean "${near}"?`,
  });
}
