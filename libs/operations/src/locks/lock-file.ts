import {
  closeSync,
  fstatSync,
  futimesSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { processStartTime } from '#libs/processes';

/** Who has a lock, as its file says. */
export interface LockOwner {
  readonly host: string;
  readonly pid: number;
  /** When the process began, as the kernel counts: tells a reused pid from the owner. */
  readonly startTime: string | undefined;
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** What the lock protects: `tenant acme`. */
  readonly what?: string;
  /** Releases that the owner needs, before anything else says so; they are not removed. */
  readonly releases?: readonly string[];
  /** Whoever was told this, through the environment, works for the owner. */
  readonly token?: string;
}

export interface FoundLock {
  readonly owner: LockOwner;
  /** Renewed while the owner works; after it, an owner on another host is taken for dead. */
  readonly expiresAt: Date;
}

/** So long after its last renewal a lock is its owner's. */
export const leaseMs = 60_000;

/** A lock that this process has; whatever happens to the file's name, only our own file is renewed or removed. */
export class OwnedLockFile {
  private constructor(
    private readonly file: string,
    private readonly descriptor: number,
  ) {}

  /** The file appears complete or not at all: written aside, then hard-linked, which fails when the name exists. */
  static create(file: string, owner: LockOwner, now: Date): OwnedLockFile | undefined {
    const aside = `${file}.${process.pid}`;
    const descriptor = openSync(aside, 'w', 0o600);
    const owned = new OwnedLockFile(file, descriptor);
    try {
      writeSync(descriptor, JSON.stringify(owner));
      owned.renew(now);
      linkSync(aside, file);
      return owned;
    } catch (error) {
      closeSync(descriptor);
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
      throw error;
    } finally {
      rmSync(aside, { force: true });
    }
  }

  /** By the open file: one that somebody else has put in its place meanwhile is not touched. */
  renew(now: Date): void {
    futimesSync(this.descriptor, now, now);
  }

  get isOurs(): boolean {
    return statSync(this.file, { throwIfNoEntry: false })?.ino === fstatSync(this.descriptor).ino;
  }

  remove(): void {
    if (this.isOurs) rmSync(this.file, { force: true });
    closeSync(this.descriptor);
  }
}

export function readLock(file: string): FoundLock | undefined {
  try {
    const { mtimeMs } = statSync(file);
    const owner = JSON.parse(readFileSync(file, 'utf8')) as LockOwner;
    return { owner, expiresAt: new Date(mtimeMs + leaseMs) };
  } catch {
    return undefined;
  }
}

/** On this host the process itself tells; of another host, only its lease can. */
export function isAlive({ owner, expiresAt }: FoundLock, now: Date): boolean {
  if (owner.host !== hostname()) return expiresAt > now;
  const startTime = processStartTime(owner.pid);
  return startTime !== undefined && startTime === owner.startTime;
}

/**
 * Takes a dead owner's file away. Two commands may see the same dead owner, and the second must not take away what
 * the first has put in its place: so the file is renamed, looked at, and put back when it is not the dead one's.
 */
export function removeStale(file: string, dead: FoundLock | undefined): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
    const taken = readLock(aside);
    if (JSON.stringify(taken?.owner) !== JSON.stringify(dead?.owner)) linkSync(aside, file);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}
