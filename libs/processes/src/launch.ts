import { workerSocket } from '#libs/settings';
import type { Address } from './address.js';

/** All that is needed to start one tenant's process; made anew for every start, so that it sees today's settings. */
export interface Launch {
  readonly tenant: string;
  /** Id of the release that the command belongs to. */
  readonly release: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment; nothing of the supervisor's own is added but `LISTEN_FDS=1`, where it listens on a port. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Where the process listens. At a socket's path it binds a name of its own and renames it over this one; a port it
   * inherits as descriptor 3, as sd_listen_fds(3) has it.
   */
  readonly address: Address;
  /** The process appends its stdout and stderr here by itself, so that its lines outlive the supervisor. */
  readonly logFile: string;
  readonly pidFile: string;
  /** Processes that serve side by side; default 1. */
  readonly workers?: number;
  /**
   * The environment of a scratch tenant, on which a spare of this launch's kind can boot dry; it is made when it is first
   * asked for. Without it no spare takes this launch.
   */
  readonly scratch?: () => Promise<Readonly<Record<string, string>>>;
  readonly startTimeoutMs: number;
  readonly drainTimeoutMs: number;
}

/** How a further worker of a tenant is started: with a socket and a pid file of its own; a port is shared. */
export function launchOfWorker(launch: Launch, worker: number): Launch {
  if (worker === 1) return launch;
  const { address, pidFile, env } = launch;
  return {
    ...launch,
    address: 'path' in address ? { path: workerSocket(address.path, worker) } : address,
    pidFile: pidFile.replace(/(\.[^./]*)?$/, (extension) => `.${worker}${extension}`),
    env: { ...env, TENANT_WORKER: String(worker) },
  };
}

/**
 * `stopped`: by the operator; `idle`: without a process until the next request; `crashed`: waiting for the next attempt;
 * `refused`: it said by exit 78 that restarting cannot help.
 */
export type TenantState = 'stopped' | 'idle' | 'starting' | 'running' | 'draining' | 'crashed' | 'refused';

/** What `status` shows of one tenant: of its first process that runs, where it has several. Times are ISO 8601 in UTC. */
export interface ProcessStatus extends Omit<WorkerStatus, 'worker'> {
  readonly tenant: string;
  /** Each of them, where it has several; else empty. */
  readonly workers: readonly WorkerStatus[];
}

/** What `status` shows of one of a tenant's processes. */
export interface WorkerStatus {
  /** From 1. */
  readonly worker: number;
  readonly state: TenantState;
  readonly pid: number | null;
  readonly release: string | null;
  /** Path of its Unix socket, or `127.0.0.1:9001`. */
  readonly socket: string | null;
  readonly startedAt: string | null;
  /** Unasked restarts since the operator last started it. */
  readonly restarts: number;
  /** For operators only: it can quote the process's own last line. */
  readonly lastError: string | null;
}

/** Where requests of a tenant go now. */
export interface Upstream {
  readonly address: Address;
  /** Of the process; 1 where there are no others. */
  readonly worker: number;
  /** Grows with each new process: a connection kept alive to an older one must not carry a new request. */
  readonly generation: number;
}

/** Progress for people; one line, without a newline. */
export type Report = (message: string) => void;
