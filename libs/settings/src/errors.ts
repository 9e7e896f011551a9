/** Exit codes of every command; scripts and process managers rely on them. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  partial: 3,
  refused: 4,
  locked: 75,
  settings: 78,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Where an error was found and what to do about it. */
export interface ErrorDetails {
  /** What the operator can do next, one sentence. */
  readonly hint?: string | undefined;
  readonly tenant?: string | undefined;
  /** Path as the operator would type it, relative to the home where that is shorter. */
  readonly file?: string | undefined;
  /** 1-based. */
  readonly line?: number | undefined;
  readonly cause?: unknown;
}

/**
 * The base of every error that an operator can act on: one subclass per situation.
 * `message` says where, what is wrong and what was found; `hint` says what to do next.
 */
export abstract class TenantryError extends Error {
  /** Stable, for scripts: `UNKNOWN_TENANT`. */
  abstract readonly code: string;
  abstract readonly exitCode: ExitCode;
  readonly hint: string | undefined;
  readonly tenant: string | undefined;
  readonly file: string | undefined;
  readonly line: number | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.hint = details.hint;
    this.tenant = details.tenant;
    this.file = details.file;
    this.line = details.line;
  }
}

/** The caller asked for something that cannot be: a bad name, a missing target, an unknown option. */
export class UsageError extends TenantryError {
  readonly code: string = 'USAGE';
  readonly exitCode = exitCodes.usage;
}

/** Settings that cannot be used; a process manager must not restart on this. */
export class SettingsError extends TenantryError {
  readonly code: string = 'SETTINGS';
  readonly exitCode = exitCodes.settings;
}

/** A guard said no: going on would touch something that is not the tenant's, or destroy unasked. */
export class RefusedError extends TenantryError {
  readonly code: string = 'REFUSED';
  readonly exitCode: ExitCode = exitCodes.refused;
}

/** Somebody else holds the lock. */
export class LockedError extends TenantryError {
  readonly code: string = 'LOCKED';
  readonly exitCode = exitCodes.locked;
}

/** It was tried and did not work. */
export class FailedError extends TenantryError {
  readonly code: string = 'FAILED';
  readonly exitCode = exitCodes.failed;
}
