import {
  type ErrorDetails,
  type ExitCode,
  FailedError,
  LockedError,
  SettingsError,
  TenantryError,
} from '#libs/settings';
import type { TenantState } from './launch.js';

/** A request cannot be given to the tenant now. `message` is for operators, never for the visitor's page. */
export class TenantUnavailable extends FailedError {
  override readonly code = 'TENANT_UNAVAILABLE';
  readonly state: TenantState;
  readonly retryAfterSeconds: number;

  constructor(tenant: string, state: TenantState, retryAfterSeconds: number) {
    super(`${tenant}: no process can answer, its state is ${state}.`, {
      tenant,
      hint: `Look at \`tenantry logs ${tenant}\`, then run \`tenantry start ${tenant}\`.`,
    });
    this.state = state;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The process ended before it was ready, or was not ready in time. */
export class TenantStartFailed extends FailedError {
  override readonly code = 'TENANT_START_FAILED';
}

/** The process exited 78: its settings, database or media are not what they must be. It is not tried again. */
export class TenantRefused extends SettingsError {
  override readonly code = 'TENANT_REFUSED';
}

/** Its log or its pid file cannot be written: a process without them could be neither understood nor ended. */
export class RunFilesUnwritable extends FailedError {
  override readonly code = 'RUN_FILES_UNWRITABLE';
}

/** The start was given up because `stop` was asked for meanwhile. */
export class StartInterrupted extends FailedError {
  override readonly code = 'START_INTERRUPTED';
}

/** The gateway's port, or a tenant's, belongs to another program. */
export class PortTaken extends FailedError {
  override readonly code = 'PORT_TAKEN';
}

/** The gateway's address, or a tenant's, cannot be listened on: not this host's, or a port that needs privileges. */
export class AddressUnusable extends FailedError {
  override readonly code = 'ADDRESS_UNUSABLE';
}

/** Another supervisor serves this home. */
export class SupervisorRunning extends LockedError {
  override readonly code = 'SUPERVISOR_RUNNING';
}

/** The supervisor went away, or answered what is no answer. */
export class ControlFailed extends FailedError {
  override readonly code = 'CONTROL_FAILED';
}

/** The supervisor is ending, or has just ended: what is asked of it now is the next one's. */
export class SupervisorEnding extends FailedError {
  override readonly code = 'SUPERVISOR_ENDING';
}

/** An error that happened in the supervisor, as its control socket reported it; code and exit code are the original's. */
export class SupervisorError extends TenantryError {
  readonly code: string;
  readonly exitCode: ExitCode;

  constructor(original: { code: string; exitCode: ExitCode; message: string }, details: ErrorDetails) {
    super(original.message, details);
    this.code = original.code;
    this.exitCode = original.exitCode;
  }
}
