import { createServer, type Server, type ServerResponse } from 'node:http';
import { SupervisorRunning } from '../errors.js';
import { claimSocket } from './claim-socket.js';
import { connectControl } from './client.js';
import { Commands, type CommandsOptions } from './commands.js';
import { toWire } from './protocol.js';

export interface ControlOptions extends CommandsOptions {
  readonly socket: string;
  now(): Date;
}

export interface ControlServer {
  /** Gives up the lock. */
  close(): Promise<void>;
}

/**
 * Listens for commands, which is also the lock of one supervisor per home: throws SupervisorRunning (exit 75) when one
 * answers there. Claim it before anything else is started.
 */
export async function serveControl(options: ControlOptions): Promise<ControlServer> {
  const commands = new Commands(options, options.now());
  const server = createServer((request, response) => {
    commands.perform(request.method, request.url ?? '').then(
      (body) => answer(response, body === undefined ? 404 : 200, body ?? { error: unknownCommand }),
      (error: unknown) => answer(response, 500, { error: toWire(error) }),
    );
  });
  if (!(await claimSocket(server, options.socket))) throw await alreadyRunning(options.socket);
  return { close: () => close(server) };
}

const unknownCommand = { code: 'UNKNOWN_COMMAND', exitCode: 1, message: 'supervisor: no such command.' };

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function alreadyRunning(socket: string): Promise<SupervisorRunning> {
  const client = await connectControl(socket).catch(() => undefined);
  const pid = client?.found.pid;
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  return new SupervisorRunning(`supervisor: this home is already served by ${who}.`, {
    hint: 'Use `tenantry status`, `tenantry start` or `tenantry stop`, which talk to it, or end it first.',
  });
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
