import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { SupervisorRunning } from '../errors.js';
import type { Supervisor } from '../supervisor.js';
import { claimSocket } from './claim-socket.js';
import { connectControl } from './client.js';
import { parseTenantPath, type SupervisorStatus, toWire } from './protocol.js';

export interface ControlOptions {
  readonly socket: string;
  readonly supervisor: Pick<Supervisor, 'start' | 'startLater' | 'stop' | 'restart' | 'status'>;
  /** Called after `shutdown` was answered. */
  shutdown(): void;
  now(): Date;
  gateway?(): SupervisorStatus['gateway'];
  spares?(): number;
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
  const startedAt = options.now();
  const server = createServer((request, response) => {
    perform(request, options, startedAt).then(
      (body) => answer(response, body === undefined ? 404 : 200, body ?? { error: unknownCommand }),
      (error: unknown) => answer(response, 500, { error: toWire(error) }),
    );
  });
  if (!(await claimSocket(server, options.socket))) throw await alreadyRunning(options.socket);
  return { close: () => close(server) };
}

const unknownCommand = { code: 'UNKNOWN_COMMAND', exitCode: 1, message: 'supervisor: no such command.' };

async function perform(request: IncomingMessage, options: ControlOptions, startedAt: Date): Promise<unknown> {
  const { supervisor } = options;
  const path = request.url ?? '';
  if (request.method === 'GET' && path === '/status') return describe(options, startedAt);
  if (request.method !== 'POST') return undefined;
  if (path === '/shutdown') {
    // After the answer is out: shutting down closes this server, too.
    setImmediate(() => options.shutdown());
    return describe(options, startedAt);
  }
  const command = parseTenantPath(path);
  return command === undefined ? undefined : supervisor[command.verb](command.tenant);
}

function describe(options: ControlOptions, startedAt: Date): SupervisorStatus {
  return {
    pid: process.pid,
    startedAt: startedAt.toISOString(),
    gateway: options.gateway?.() ?? null,
    spares: options.spares?.() ?? 0,
    tenants: options.supervisor.status(),
  };
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function alreadyRunning(socket: string): Promise<SupervisorRunning> {
  const client = await connectControl(socket).catch(() => undefined);
  const pid = await client?.status().then(
    (status) => status.pid,
    () => undefined,
  );
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
