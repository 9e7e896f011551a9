import { lstatSync } from 'node:fs';
import { Agent, type IncomingMessage, request as openRequest } from 'node:http';
import { once } from 'node:events';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { TenantryError } from '#libs/settings';
import { errorCode, errorText } from '../error-code.js';
import { ControlFailed } from '../errors.js';
import type { ProcessStatus } from '../launch.js';
import { processIsAlive, processStartTime } from '../process-table.js';
import { fromWire, type SupervisorStatus, tenantPath, type WireError } from './protocol.js';

/** Errors of the supervisor's side arrive as SupervisorError with their own code, exit code and hint. */
export interface ControlClient {
  status(): Promise<SupervisorStatus>;
  start(tenant: string): Promise<ProcessStatus>;
  /** Its first request starts it, unless it runs already. */
  startLater(tenant: string): Promise<ProcessStatus>;
  stop(tenant: string): Promise<ProcessStatus>;
  restart(tenant: string): Promise<ProcessStatus>;
  /** Resolves when the supervisor's process is gone, and with it all that it ran. */
  shutdown(): Promise<void>;
}

/** `undefined` when no supervisor answers there. */
export async function connectControl(socket: string): Promise<ControlClient | undefined> {
  // The usual case when nothing runs, found without loading an HTTP client.
  if (lstatSync(socket, { throwIfNoEntry: false }) === undefined) return undefined;
  const call = <T>(method: string, path: string): Promise<T> => exchange<T>({ socket, method, path });
  try {
    await call<SupervisorStatus>('GET', '/status');
  } catch (error) {
    if (isNobodyThere(error)) return undefined;
    throw error;
  }
  return {
    status: () => call('GET', '/status'),
    start: (tenant) => call('POST', tenantPath(tenant, 'start')),
    startLater: (tenant) => call('POST', tenantPath(tenant, 'startLater')),
    stop: (tenant) => call('POST', tenantPath(tenant, 'stop')),
    restart: (tenant) => call('POST', tenantPath(tenant, 'restart')),
    shutdown: async () => waitUntilGone(await call('POST', '/shutdown')),
  };
}

async function waitUntilGone({ pid }: SupervisorStatus): Promise<void> {
  const startTime = processStartTime(pid);
  if (startTime === undefined || pid === process.pid) return;
  const isGone = (): boolean => !processIsAlive(pid, startTime);
  // The tenants' own drain timeouts bound this, not we.
  while (!isGone()) await pause(30);
}

interface Call {
  readonly socket: string;
  readonly method: string;
  readonly path: string;
}

async function exchange<T>({ socket, method, path }: Call): Promise<T> {
  // A connection each: a command's process must be able to end right after its answer.
  const request = openRequest({
    socketPath: socket,
    method,
    path,
    agent: new Agent({ keepAlive: false }),
  }).end();
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const body: unknown = await json(response);
    if (response.statusCode === 200) return body as T;
    throw fromWire((body as { error: WireError }).error);
  } catch (error) {
    if (error instanceof TenantryError) throw error;
    throw new ControlFailed(`supervisor: no answer on ${socket}: ${errorText(error)}.`, {
      hint: 'See whether it runs: `tenantry status`.',
      cause: error,
    });
  }
}

function isNobodyThere(error: unknown): boolean {
  const code = error instanceof ControlFailed ? errorCode(error.cause) : undefined;
  return code === 'ENOENT' || code === 'ECONNREFUSED';
}
