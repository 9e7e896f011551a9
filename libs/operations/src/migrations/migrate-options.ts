import type { Share } from './waves.js';

/** What a run over tenants is asked for besides them; kept in its record, so that another process can go on. */
export interface RunOptions {
  /** At a time on each server; default: as many as its connections allow. */
  readonly parallel?: number | undefined;
  readonly lockWaitSeconds?: number | undefined;
  /** Of each migration that declares none. */
  readonly lockTimeoutMs?: number | undefined;
  readonly statementTimeoutMs?: number | undefined;
  /** Stop when more than so many have failed. */
  readonly maxFailures?: Share | undefined;
  /** So many tenants at first, then a pause or a check, then the next so many. */
  readonly wave?: Share | undefined;
  readonly wavePauseMs?: number | undefined;
  /** A command of the shell; the run stops when it fails. */
  readonly waveCheck?: string | undefined;
  /** Instead of the release that each tenant would run. */
  readonly release?: string | undefined;
}

export interface UpOptions extends RunOptions {
  /** The last migration to run. */
  readonly to?: string | undefined;
  /** Record as applied what is pending, without running it. */
  readonly isFake?: boolean | undefined;
  /** Names of migrations that may run out of order, or differ from what was applied. */
  readonly allow?: readonly string[] | undefined;
}

export interface DownOptions extends RunOptions {
  /** How many migrations each tenant goes back. */
  readonly steps?: number | undefined;
  /** Of `undo`: the run whose migrations are taken back. */
  readonly undoes?: string | undefined;
}

export const defaultLockWaitSeconds = 10;
/** A migration that waits longer for a table holds up everybody who comes after it. */
export const defaultLockTimeoutMs = 10_000;
