import { inspect } from 'node:util';
import { TenantryError } from '#libs/settings';

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

/** The stable shape in which `--json` reports an error. */
export function errorDocument(error: unknown): ErrorDocument {
  if (error instanceof TenantryError) {
    const { code, message, hint = null, tenant = null, file = null, line = null } = error;
    return { error: { code, message, hint, tenant, file, line } };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { error: { code: 'BUG', message, hint: null, tenant: null, file: null, line: null } };
}
