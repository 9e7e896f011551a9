import { inspect } from 'node:util';
import { FailedError, TenantryError } from '#libs/settings';

/** What the operating system refused: the operator's to mend, and no bug. */
class SystemRefused extends FailedError {
  override readonly code: string;

  constructor(error: NodeJS.ErrnoException, hint: string) {
    const where = error.path ?? 'tenantry';
    super(`${where}: ${error.message}.`, { hint, cause: error });
    this.code = error.code ?? 'SYSTEM';
  }
}

const mode = 'Check its owner and mode, and which user runs the command.';
const room = 'Free some space, then run the command again.';
const limit = 'Raise the limit of open files (ulimit -n), then run the command again.';
const hints: Readonly<Record<string, string>> = {
  ...{ ENOSPC: room, EDQUOT: room, EROFS: 'Mount it writable, or choose another home.' },
  ...{ EACCES: mode, EPERM: mode, EMFILE: limit, ENFILE: limit },
};

/** Gives a refusal of the operating system the form of every error; leaves all else as it is. */
export function nameSystemError(error: unknown): unknown {
  if (!isSystemError(error) || error instanceof TenantryError) return error;
  const hint = hints[error.code ?? ''];
  return hint === undefined ? error : new SystemRefused(error, hint);
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

/** `where: what is wrong, what was found. What to do next.`; a stack trace only for a bug or on request. */
export function describeError(error: unknown, verbose: boolean): string {
  if (!(error instanceof TenantryError)) return `tenantry: this is a bug: ${inspect(error)}`;
  const lines = [error.hint ? `${error.message} ${error.hint}` : error.message];
  if (verbose) lines.push(inspect(error));
  return lines.join('\n');
}

export interface ErrorDocument {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    readonly tenant: string | null;
    readonly file: string | null;
    readonly line: number | null;
  };
}

/** The stable shape in which `--json` reports an error; `tenant` is the one that the command was about. */
export function errorDocument(error: unknown, tenant: string | null = null): ErrorDocument {
  if (error instanceof TenantryError) {
    const { code, message, hint = null, file = null, line = null } = error;
    return { error: { code, message, hint, tenant: error.tenant ?? tenant, file, line } };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { error: { code: 'BUG', message, hint: null, tenant, file: null, line: null } };
}
