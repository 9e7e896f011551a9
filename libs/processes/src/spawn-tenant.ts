import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Launch } from './launch.js';
import { withRunFile } from './run-files.js';
import { openLog } from './tenant-log.js';
import type { TenantPort } from './tenant-port.js';

export interface Spawned {
  /** With a channel to it. */
  readonly child: ChildProcess;
  /** It was there before, and was told its tenant now. */
  readonly isSpare: boolean;
}

/** Gets the process of a launch: a spare, where it may be one and there is one. */
export type Spawn = (
  launch: Launch,
  how: { readonly port: TenantPort | undefined; readonly mayBeSpare: boolean },
) => Spawned;

export function spawnTenant(launch: Launch, port: TenantPort | undefined): ChildProcess {
  const log = withRunFile(launch.tenant, launch.logFile, () => openLog(launch.logFile));
  try {
    return spawn(launch.command, launch.args, {
      cwd: launch.cwd,
      env: port === undefined ? launch.env : { ...launch.env, LISTEN_FDS: '1' },
      stdio: ['ignore', log, log, ...(port === undefined ? [] : [port.descriptor]), 'ipc'],
      // A session of its own: Ctrl-C at the terminal reaches the supervisor alone, which then lets each one drain.
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}
