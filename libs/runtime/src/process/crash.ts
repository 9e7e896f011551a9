import { writeSync } from 'node:fs';
import { inspect } from 'node:util';

import { exitCodes, TenantryError, UsageError } from '#libs/settings';

const standardOutput = 1;
const standardError = 2;
/** Errors can be each other's cause. */
const deepestCause = 5;

export interface Crash {
  readonly tenant: string | undefined;
  readonly release: string | undefined;
  readonly scrub: (text: string) => string;
}

/**
 * Says in one line on standard error why the process does not start. Returns the exit code: 78 for what stays wrong
 * until somebody changes it, which process managers are told not to restart on, 1 for what may pass.
 */
export function reportRefusal(error: unknown, crash: Crash): number {
  if (error instanceof TenantryError) {
    const hint = error.hint === undefined ? '' : ` ${error.hint}`;
    writeLine(standardError, crash.scrub(`${error.message}${hint}`));
    const isLasting = error.exitCode === exitCodes.settings || error instanceof UsageError;
    return isLasting ? exitCodes.settings : exitCodes.failed;
  }
  reportCrash('could not start', error, crash);
  const { message: reason } = fieldsOf(error);
  writeLine(standardError, crash.scrub(`${crash.tenant ?? 'tenant'}: could not start: ${reason}`));
  return exitCodes.failed;
}

/** One JSON line on standard output, as the log writes them, with the stack: this is a bug. */
export function reportCrash(message: string, error: unknown, crash: Crash): void {
  const { tenant, release, scrub } = crash;
  const time = new Date().toISOString();
  const head = { level: 'fatal', time, tenant, release, pid: process.pid };
  writeLine(standardOutput, scrub(JSON.stringify({ ...head, err: fieldsOf(error), msg: message })));
}

interface ErrorFields {
  readonly message: string;
  readonly type?: string;
  readonly stack?: string | undefined;
  readonly cause?: ErrorFields;
}

/** Whatever was thrown: a failure in here would make Node print the error itself, with all that it quotes. */
function fieldsOf(error: unknown, depth = 0): ErrorFields {
  try {
    if (!(error instanceof Error)) return { message: typeof error === 'string' ? error : inspect(error) };
    const { name, message, stack, cause } = error as Readonly<Record<keyof Error, unknown>>;
    const fields = { type: String(name), message: String(message), stack: String(stack) };
    const isLast = cause === undefined || depth === deepestCause;
    return isLast ? fields : { ...fields, cause: fieldsOf(cause, depth + 1) };
  } catch {
    return { message: 'an error that cannot be described' };
  }
}

function writeLine(fd: number, text: string): void {
  try {
    writeSync(fd, `${text.replaceAll(/\s*\n\s*/g, ' ')}\n`);
  } catch {
    // Whoever read it has gone; the exit code still tells.
  }
}
