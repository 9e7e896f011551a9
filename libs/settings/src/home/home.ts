import { FailedError, UsageError } from '../errors.js';
import type { Env, Home, PostgresAddress } from './types.js';

export class NoHome extends UsageError {
  override readonly code = 'NO_HOME';
}

export class PostgresNotRunning extends FailedError {
  override readonly code = 'POSTGRES_NOT_RUNNING';
}

/** TENANTRY_HOME, else the nearest parent of `cwd` that holds tenantry.yaml. */
export function findHome(_options: { readonly env: Env; readonly cwd: string }): string {
  throw new Error('not yet');
}

/** Reads and checks tenantry.yaml and the home's secrets.yaml. */
export function openHome(_dir: string, _env: Env): Home {
  throw new Error('not yet');
}

/** Where a server is now; an embedded one is found by the file that it keeps below `run`. */
export function serverAddress(_home: Home, _serverName: string): PostgresAddress {
  throw new Error('not yet');
}
