import { writeSync } from 'node:fs';

import { exitCodes, TenantryError, UsageError } from '#libs/settings';

const standardOutput = 1;
const standardError = 2;

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
  const reason = error instanceof Error ? error.message : String(error);
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

function fieldsOf(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  return { type: error.name, message: error.message, stack: error.stack };
}

function writeLine(fd: number, text: string): void {
  try {
    writeSync(fd, `${text.replaceAll(/\s*\n\s*/g, ' ')}\n`);
  } catch {
    // Whoever read it has gone; the exit code still tells.
  }
}
