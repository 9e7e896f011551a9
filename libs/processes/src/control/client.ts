import { lstatSync } from 'node:fs';
import { Agent, type IncomingMessage, request as openRequest } from 'node:http';
import { once } from 'node:events';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { TenantryError } from '#libs/settings';
import { errorCode, errorText } from '../error-code.js';
import { ControlFailed, SupervisorEnding } from '../errors.js';
import type { ProcessStatus } from '../launch.js';
import { processIsAlive, processStartTime } from '../process-table.js';
import { fromWire, type SupervisorStatus, tenantPath, type TenantVerb, type WireError } from './protocol.js';

/** Errors of the supervisor's side arrive as SupervisorError with their own code, exit code and hint. */
export interface ControlClient {
  /** What it said of itself when it was found. */
  readonly found: SupervisorStatus;
  status(): Promise<SupervisorStatus>;
  start(tenant: string): Promise<ProcessStatus>;
  /** Its first request starts it, unless it runs already. */
  startLater(tenant: string): Promise<ProcessStatus>;
  stop(tenant: string): Promise<ProcessStatus>;
  restart(tenant: string): Promise<ProcessStatus>;
  /** It looks anew at which tenants there are. */
  reread(): Promise<void>;
  /** Resolves when the supervisor's process is gone, and with it all that it ran. */
  shutdown(): Promise<void>;
  /** The same, unless a tenant runs or is about to. */
  shutdownIfIdle(): Promise<void>;
  /** Resolves when the supervisor's process is gone. */
  gone(): Promise<void>;
}

/** `undefined` when no supervisor answers there. */
export async function connectControl(socket: string): Promise<ControlClient | undefined> {
  // The usual case when nothing runs, found without loading an HTTP client.
  if (lstatSync(socket, { throwIfNoEntry: false }) === undefined) return undefined;
  const call = <T>(method: string, path: string): Promise<T> => exchange<T>({ socket, method, path });
  const found = await find(call);
  if (found === undefined) return undefined;
  const tell = (verb: TenantVerb) => (tenant: string) =>
    call<ProcessStatus>('POST', tenantPath(tenant, verb));
  const gone = goneOf(found.pid);
  return {
    ...{ found, gone, status: () => call('GET', '/status') },
    ...{ start: tell('start'), startLater: tell('startLater'), stop: tell('stop'), restart: tell('restart') },
    reread: async () => void (await call('POST', '/reread')),
    shutdown: async () => {
      await call('POST', '/shutdown');
      await gone();
    },
    shutdownIfIdle: async () => {
      if (await isEndedIfIdle(call)) await gone();
    },
  };
}

/** A supervisor of an earlier release cannot decide it in one step. */
async function isEndedIfIdle(
  call: (method: string, path: string) => Promise<SupervisorStatus>,
): Promise<boolean> {
  try {
    return (await call('POST', '/shutdownIfIdle')).isEnding;
  } catch (error) {
    if (errorCode(error) !== 'UNKNOWN_COMMAND') throw error;
    const { tenants } = await call('GET', '/status');
    const isIdle = tenants.every(({ state }) => state === 'stopped');
    if (isIdle) await call('POST', '/shutdown');
    return isIdle;
  }
}

async function find(
  call: (method: string, path: string) => Promise<SupervisorStatus>,
): Promise<SupervisorStatus | undefined> {
  try {
    return await call('GET', '/status');
  } catch (error) {
    if (error instanceof SupervisorEnding) return undefined;
    throw error;
  }
}

/** Its start time is looked up now: later its number may be another process's. */
function goneOf(pid: number): () => Promise<void> {
  const startTime = pid === process.pid ? undefined : processStartTime(pid);
  return async () => {
    // The tenants' own drain timeouts bound this, not we.
    while (startTime !== undefined && processIsAlive(pid, startTime)) await pause(30);
  };
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
    if (isGone(error)) throw new SupervisorEnding('supervisor: has just ended.', { cause: error });
    throw new ControlFailed(`supervisor: no answer on ${socket}: ${errorText(error)}.`, {
      hint: 'See whether it runs: `tenantry status`.',
      cause: error,
    });
  }
}

const goneCodes: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE']);

function isGone(error: unknown): boolean {
  return goneCodes.has(errorCode(error));
}
