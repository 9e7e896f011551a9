import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.js';
import { diskFullAt, serverEnvironment } from './data-folder.js';
import { PostgresDidNotStart } from './errors.js';
import { freePort, isFree } from './free-port.js';
import { makeSocketDir, type Placement, removeSocketDir } from './placement.js';
import { findPostmaster, lastPort, type Postmaster } from './postmaster.js';

export interface Launch extends Placement {
  readonly name: string;
  readonly binaries: Binaries;
  readonly socketDir: string;
  readonly logFile: string;
  readonly durable: boolean;
}

/** Crash recovery of a large database takes its time. */
const startTimeoutMs = 120_000;

/** Another program may take the port between our look and the server's. */
const portAttempts = 5;

/** Starts the server and waits until it accepts connections, or finds the one that another command starts. */
export async function launch(options: Launch): Promise<Postmaster> {
  const socketDir = makeSocketDir(options.socketDir, options);
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(attempt === 1 ? lastPort(options.dataDir) : undefined);
    const logStart = statSync(options.logFile, { throwIfNoEntry: false })?.size ?? 0;
    const child = spawnServer(options, socketDir, port);
    const postmaster = await whenReady(child, options.dataDir);
    if (postmaster !== undefined) return keepOne(postmaster, socketDir);
    if (attempt < portAttempts && !(await isFree(port))) continue;
    removeSocketDir(socketDir);
    throw didNotStart(options, child.exitCode, logStart);
  }
}

// A server of another command, which won the race, has a socket folder of its own.
function keepOne(postmaster: Postmaster, socketDir: string): Postmaster {
  if (postmaster.socketDir !== socketDir) removeSocketDir(socketDir);
  return postmaster;
}

function spawnServer(options: Launch, socketDir: string, port: number): ChildProcess {
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    // Quoted, because the setting is a list and a folder's name may hold a comma.
    `unix_socket_directories="${socketDir.replaceAll('"', '""')}"`,
    ...(options.durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
  ];
  const log = openSync(options.logFile, 'a', 0o600);
  try {
    const child = spawn(
      join(options.binaries.binDir, 'postgres'),
      ['-D', options.dataDir, ...settings.flatMap((setting) => ['-c', setting])],
      // A session of its own: Ctrl-C in the terminal of the command that started it does not reach it.
      { ...options.user, cwd: '/', env: serverEnvironment, detached: true, stdio: ['ignore', log, log] },
    );
    child.on('error', () => {});
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** `undefined` when the server ended and no other one runs on its data. */
async function whenReady(child: ChildProcess, dataDir: string): Promise<Postmaster | undefined> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    const found = findPostmaster(dataDir);
    if (found?.isReady) return found;
    if (found === undefined && hasEnded(child)) return undefined;
    await sleep(15);
  }
  child.kill('SIGINT');
  return undefined;
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function didNotStart(options: Launch, exitCode: number | null, logStart: number): Error {
  const diskFull = diskFullAt(dirname(options.dataDir));
  if (diskFull !== undefined) return diskFull;
  const lines = readFileSync(options.logFile).subarray(logStart).toString().trim().split('\n');
  const how = exitCode === null ? 'did not accept connections in time' : `ended with exit code ${exitCode}`;
  return new PostgresDidNotStart(`Postgres "${options.name}" ${how}: ${lines.slice(-2).join(' ')}`, {
    hint: `Read ${options.logFile}; its data is in ${options.dataDir}.`,
  });
}
