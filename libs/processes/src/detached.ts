import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';

export interface DetachedCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Gets stdout and stderr, appended. */
  readonly logFile: string;
}

export interface Detached {
  readonly pid: number | undefined;
  /** Waits at most so long; whether it has ended by then. */
  endedWithin(milliseconds: number): Promise<boolean>;
}

/** Starts a process that stays when the caller and its terminal are gone. */
export function startDetached({ command, args, cwd, env, logFile }: DetachedCommand): Detached {
  mkdirSync(dirname(logFile), { recursive: true, mode: 0o750 });
  const log = openSync(logFile, 'a', 0o640);
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', resolve);
    child.once('error', resolve);
  }).then(() => {
    hasEnded = true;
  });
  child.unref();
  return {
    pid: child.pid,
    endedWithin: async (milliseconds) => {
      await Promise.race([ended, setTimeout(milliseconds)]);
      return hasEnded;
    },
  };
}
