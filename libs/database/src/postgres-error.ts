import type { Secret } from '#libs/settings';

/** SQLSTATEs that we act on. https://www.postgresql.org/docs/current/errcodes-appendix.html */
export const sqlStates = {
  tooManyConnections: '53300',
  protocolViolation: '08P01',
  cannotConnectNow: '57P03',
  invalidPassword: '28P01',
  invalidAuthorization: '28000',
  invalidDatabase: '3D000',
  undefinedTable: '42P01',
  insufficientPrivilege: '42501',
} as const;

/** The SQLSTATE, or Node's code (ECONNREFUSED), of an error that pg or TypeORM threw. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'driverError' in error ? errorCode(error.driverError) : undefined;
}

/** Class 57P: the server, or somebody with rights on it, ends this connection. */
export function isShutdown(error: unknown): boolean {
  return errorCode(error)?.startsWith('57P') ?? false;
}

/** What Postgres said, on one line, with its detail, and without the secrets that we know of. */
export function errorText(error: unknown, secrets: readonly (Secret | undefined)[]): string {
  const message = error instanceof Error || hasMessage(error) ? error.message : String(error);
  const detail = typeof error === 'object' && error !== null && 'detail' in error ? error.detail : undefined;
  const text = typeof detail === 'string' ? `${message} (${detail})` : message;
  return withoutSecrets(text, secrets).replaceAll(/\s+/g, ' ').replace(/\.$/, '');
}

/** A cause that can be printed: pg's and TypeORM's errors carry queries, parameters and sockets along. */
export function safeCause(error: unknown, secrets: readonly (Secret | undefined)[]): Error {
  const cause = new Error(errorText(error, secrets));
  if (hasMessage(error) && 'stack' in error && typeof error.stack === 'string') {
    cause.stack = withoutSecrets(error.stack, secrets);
  }
  return Object.assign(cause, { code: errorCode(error) });
}

function hasMessage(error: unknown): error is { message: string } {
  return (
    typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
  );
}

function withoutSecrets(text: string, secrets: readonly (Secret | undefined)[]): string {
  let clean = text;
  for (const secret of secrets) {
    const value = secret?.reveal();
    if (value) clean = clean.replaceAll(value, '[secret]');
  }
  return clean;
}
