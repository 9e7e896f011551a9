import type { ProcessStatus, TenantState, WorkerStatus } from '../launch.js';
import { runCommand } from '../run-command.js';
import type { ProcessManager } from './process-manager.js';
import { SupervisordServer } from './supervisord-server.js';
import { UnitDidNotStart } from './systemd.js';
import { RpcFault } from './xml-rpc.js';

export interface SupervisordNames {
  /** The group of the unit: its process 0 holds the socket, the others serve. */
  readonly group: string;
  readonly workers: number;
}

export interface SupervisordOptions {
  /** The file in which supervisorctl finds its server. */
  readonly config: string;
  namesOf(unit: string): SupervisordNames;
}

/** What is no failure: it was so before. Codes of http://supervisord.org/api.html, as supervisor.xmlrpc.Faults numbers them. */
const harmless = { success: 80, alreadyStarted: 60, notRunning: 70 } as const;

/** Drives supervisord through its own interface. The holders of the sockets are left alone by all but `stop`. */
export class SupervisordManager implements ProcessManager {
  readonly kind = 'supervisord';
  readonly #server: SupervisordServer;

  constructor(private readonly options: SupervisordOptions) {
    this.#server = new SupervisordServer(options.config);
  }

  async start(units: readonly string[]): Promise<void> {
    for (const unit of units) await this.#actOnGroup('startProcessGroup', unit);
  }

  async stop(units: readonly string[]): Promise<void> {
    for (const unit of units) await this.#actOnGroup('stopProcessGroup', unit);
  }

  async restart(unit: string): Promise<void> {
    const { group, workers } = this.options.namesOf(unit);
    const known = await this.processes();
    if (known.get(`${group}:0`)?.state !== 'RUNNING') await this.#act('startProcess', unit, `${group}:0`);
    for (const name of processesBeyond(known, group, workers)) await this.#act('stopProcess', unit, name);
    // One after the other, so that the others serve.
    for (let worker = 1; worker <= workers; worker += 1) {
      await this.#act('stopProcess', unit, `${group}:${worker}`);
      await this.#act('startProcess', unit, `${group}:${worker}`);
    }
  }

  async status(units: readonly string[]): Promise<readonly ProcessStatus[]> {
    const found = await this.processes();
    return units.map((tenant): ProcessStatus => {
      const { group, workers: count } = this.options.namesOf(tenant);
      const workers = Array.from({ length: count }, (_, index) =>
        workerStatus(index + 1, found.get(`${group}:${index + 1}`)),
      );
      const { worker: _first, ...first } =
        workers.find(({ pid }) => pid !== null) ?? workers[0] ?? workerStatus(1, undefined);
      return { tenant, ...first, workers: count > 1 ? workers : [] };
    });
  }

  /** A program that is no unit of a tenant. */
  async startProgram(name: string): Promise<void> {
    await this.#act('startProcess', name, name);
  }

  /** Every process that supervisord knows, by name as supervisorctl prints it: `tenant-acme:1`. */
  async processes(): Promise<ReadonlyMap<string, SupervisedProcess>> {
    const found = (await this.#server.call('getAllProcessInfo')) as unknown as ProcessInfo[];
    return new Map(
      found.map(({ group, name, statename, pid, description }) => [
        group === name ? name : `${group}:${name}`,
        { state: statename, pid: pid === 0 ? null : pid, words: description },
      ]),
    );
  }

  /** What supervisord is told by no other way than its own client, such as `update`. */
  async ctl(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return runCommand({
      command: 'supervisorctl',
      args: ['-c', this.options.config, ...args],
      timeoutMs: 900_000,
    });
  }

  async #act(method: 'startProcess' | 'stopProcess', unit: string, name: string): Promise<void> {
    await this.#server.call(method, name, true).catch((error: unknown) => refuse(unit, name, error));
  }

  async #actOnGroup(method: 'startProcessGroup' | 'stopProcessGroup', unit: string): Promise<void> {
    const { group } = this.options.namesOf(unit);
    const ended = await this.#server
      .call(method, group, true)
      .catch((error: unknown) => refuse(unit, group, error));
    for (const { name, status, description } of (ended ?? []) as unknown as GroupResult[]) {
      refuse(unit, `${group}:${name}`, new RpcFault(status, description));
    }
  }
}

/** Throws what supervisord said, unless it is only that there was nothing to do. */
function refuse(unit: string, name: string, error: unknown): void {
  if (!(error instanceof RpcFault)) throw error;
  const { faultCode, message } = error;
  if (Object.values(harmless).some((code) => code === faultCode)) return;
  // `ABNORMAL_TERMINATION: tenant-acme:1`
  const words = (message.split(':')[0] ?? '').toLowerCase().replaceAll('_', ' ');
  throw new UnitDidNotStart(`${unit}: supervisord: ${name}: ${words}.`, { tenant: unit });
}

/** Processes of workers that there no longer are. */
function processesBeyond(
  known: ReadonlyMap<string, SupervisedProcess>,
  group: string,
  workers: number,
): string[] {
  return [...known].flatMap(([name, { state }]) => {
    const [of, number] = name.split(':');
    return of === group && Number(number) > workers && state === 'RUNNING' ? [name] : [];
  });
}

interface ProcessInfo {
  readonly group: string;
  readonly name: string;
  readonly statename: string;
  readonly pid: number;
  readonly description: string;
}

interface GroupResult {
  readonly name: string;
  readonly status: number;
  readonly description: string;
}

interface SupervisedProcess {
  readonly state: string;
  readonly pid: number | null;
  readonly words: string;
}

function workerStatus(worker: number, process: SupervisedProcess | undefined): WorkerStatus {
  const hasFailed = process?.state === 'FATAL' || process?.state === 'BACKOFF';
  return {
    ...{ worker, state: stateOf(process?.state), pid: process?.pid ?? null },
    ...{ release: null, socket: null, startedAt: null, restarts: 0 },
    lastError: hasFailed ? process.words : null,
  };
}

function stateOf(state: string | undefined): TenantState {
  switch (state) {
    case 'RUNNING':
      return 'running';
    case 'STARTING':
      return 'starting';
    case 'STOPPING':
      return 'draining';
    case 'BACKOFF':
    case 'FATAL':
      return 'crashed';
    default:
      return 'stopped';
  }
}
