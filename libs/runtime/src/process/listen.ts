import { chmodSync, mkdirSync, renameSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { type ListenOptions, Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

import { FailedError } from '#libs/settings';

import type { ListenTarget } from './listen-target.js';

export class AddressTaken extends FailedError {
  override readonly code = 'ADDRESS_TAKEN';
}

export interface Listener {
  /** For people: the socket's path, `127.0.0.1:8080`, `descriptor 3`. */
  readonly address: string;
  /**
   * Stops accepting, without losing a connection that was made before. Closes the listener alone:
   * `http.Server#close()` also resets connections that were accepted but not read yet.
   */
  stop(): Promise<void>;
}

/** For those who looked the path up before it was gone, and connect only now. */
const acceptMs = 50;

/**
 * Listens on the bare server: Fastify's `listen()` asks `server.address()`, which is null for an inherited Unix
 * socket, and crashes.
 */
export async function listen(server: Server, target: ListenTarget): Promise<Listener> {
  if (target.kind === 'socket') return listenOnSocket(server, target.path);
  const options = target.kind === 'descriptor' ? { fd: target.fd } : { host: target.host, port: target.port };
  const named = target.kind === 'descriptor' ? `descriptor ${target.fd}` : `${target.host}:${target.port}`;
  // Node's types leave the descriptor out: https://nodejs.org/api/net.html#serverlistenhandle-backlog-callback
  await listening(server, options, named);
  // Who waits at an inherited socket waits for the next process; at a port, nobody can take over.
  return { address: addressOf(server) ?? named, stop: () => Promise.resolve(closeListener(server)) };
}

/** As the system says; nothing for an inherited Unix socket. */
function addressOf(server: Server): string | undefined {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return undefined;
  return `${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
}

function closeListener(server: Server): void {
  Server.prototype.close.call(server);
}

/**
 * Binds under a name of its own and renames over the stable path: binding the stable path fails while an older
 * process still serves it, and unlinking it first leaves a moment without a socket.
 */
async function listenOnSocket(server: Server, path: string): Promise<Listener> {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  // Not `<path>.<pid>`: that could be longer than a socket's path may be where the stable one just fits.
  const ownName = join(folder, `.${process.pid.toString(36)}`);
  rmSync(ownName, { force: true });
  const umask = process.umask(0o117);
  try {
    await listening(server, { path: ownName }, path);
  } finally {
    process.umask(umask);
  }
  chmodSync(ownName, 0o660);
  renameSync(ownName, path);
  const own = statSync(path);
  const stop = async (): Promise<void> => {
    removeOwn(path, own);
    // From here on nobody new comes, yet the kernel holds those who have connected and were not accepted: closing now
    // would reset them.
    await sleep(acceptMs);
    await allAccepted(server);
    closeListener(server);
  };
  return { address: path, stop };
}

/** The event loop accepts one connection in each of its turns (libuv 1.52), so none waits after a turn without one. */
async function allAccepted(server: Server): Promise<void> {
  let hasAccepted = true;
  const onConnection = (): void => void (hasAccepted = true);
  server.on('connection', onConnection);
  while (hasAccepted) {
    hasAccepted = false;
    // Two: the first is the rest of the present turn, which may have looked already.
    await nextTurn();
    await nextTurn();
  }
  server.off('connection', onConnection);
}

function removeOwn(path: string, own: { dev: number; ino: number }): void {
  try {
    const current = statSync(path);
    if (current.ino === own.ino && current.dev === own.dev) unlinkSync(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

function listening(server: Server, options: ListenOptions, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => reject(describe(error, address));
    server.once('error', onError);
    server.listen(options, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

function describe(error: Error, address: string): Error {
  const where = address.startsWith('/') ? basename(address) : address;
  if (hasCode(error, 'EADDRINUSE')) {
    return new AddressTaken(`${where}: cannot listen, another program does.`, {
      cause: error,
      hint: 'Stop it, or set another http.port.',
    });
  }
  return new FailedError(`${address}: cannot listen: ${error.message}.`, { cause: error });
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
