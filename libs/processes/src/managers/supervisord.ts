import { FailedError } from '#libs/settings';
import type { ProcessStatus, TenantState, WorkerStatus } from '../launch.js';
import { runCommand } from '../run-command.js';
import type { ProcessManager } from './process-manager.js';
import { UnitDidNotStart } from './systemd.js';

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

export class SupervisordUnreachable extends FailedError {
  override readonly code = 'SUPERVISORD_UNREACHABLE';
}

/** Drives supervisord by supervisorctl. The holders of the sockets are left alone by all but `stop`. */
export class SupervisordManager implements ProcessManager {
  readonly kind = 'supervisord';

  constructor(private readonly options: SupervisordOptions) {}

  async start(units: readonly string[]): Promise<void> {
    for (const unit of units) {
      const { group } = this.options.namesOf(unit);
      await this.#act('start', unit, [`${group}:*`]);
    }
  }

  async stop(units: readonly string[]): Promise<void> {
    for (const unit of units) await this.#act('stop', unit, [`${this.options.namesOf(unit).group}:*`]);
  }

  async restart(unit: string): Promise<void> {
    const { group, workers } = this.options.namesOf(unit);
    const known = await this.processes();
    const holder = `${group}:0`;
    if (known.get(holder)?.state !== 'RUNNING') await this.#act('start', unit, [holder]);
    await this.#stopBeyond(unit, known);
    // One after the other, so that the others serve; one call for both, as each takes a good part of a second.
    for (let worker = 1; worker <= workers; worker += 1) {
      await this.#act('restart', unit, [`${group}:${worker}`]);
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
    await this.#act('start', name, [name]);
  }

  /** Every process that supervisord knows, by name. */
  async processes(): Promise<ReadonlyMap<string, SupervisedProcess>> {
    const { stdout, stderr, code } = await this.ctl('status');
    const lines = stdout.split('\n');
    // 3: some do not run, which is an answer.
    if (code !== 0 && code !== 3) throw unreachable(this.options.config, stderr.trim() || stdout.trim());
    return new Map(lines.flatMap((line) => parseLine(line) ?? []));
  }

  async ctl(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return runCommand({
      command: 'supervisorctl',
      args: ['-c', this.options.config, ...args],
      timeoutMs: 900_000,
    });
  }

  /** Processes of workers that there no longer are. */
  async #stopBeyond(unit: string, known: ReadonlyMap<string, SupervisedProcess>): Promise<void> {
    const { group, workers } = this.options.namesOf(unit);
    const beyond = [...known].filter(([name, { state }]) => {
      const [of, number] = name.split(':');
      return of === group && Number(number) > workers && state === 'RUNNING';
    });
    if (beyond.length > 0)
      await this.#act(
        'stop',
        unit,
        beyond.map(([name]) => name),
      );
  }

  async #act(verb: keyof typeof alreadyDone, unit: string, names: readonly string[]): Promise<void> {
    const { stdout, stderr, code } = await this.ctl(verb, ...names);
    const expected = alreadyDone[verb];
    const bad = `${stdout}\n${stderr}`
      .split('\n')
      .filter((line) => line.includes('ERROR') && !expected.test(line));
    if (bad.length > 0) throw new UnitDidNotStart(`${unit}: ${bad[0]?.trim()}`, { tenant: unit });
    if (code === 4) throw unreachable(this.options.config, stdout.trim());
  }
}

/** What is no failure: it was so before. */
const alreadyDone = {
  start: /ERROR \(already started\)/,
  stop: /ERROR \(not running\)/,
  restart: /ERROR \((not running|already started)\)/,
} as const;

interface SupervisedProcess {
  readonly state: string;
  readonly pid: number | null;
  readonly words: string;
}

/** `tenant-acme:1    RUNNING   pid 4711, uptime 0:01:02` */
function parseLine(line: string): [[string, SupervisedProcess]] | undefined {
  const found = /^(\S+)\s+([A-Z]+)\s*(.*)$/.exec(line);
  if (!found) return undefined;
  const [, name = '', state = '', words = ''] = found;
  const pid = /^pid (\d+)/.exec(words)?.[1];
  return [[name, { state, pid: pid === undefined ? null : Number(pid), words }]];
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

function unreachable(config: string, words: string): SupervisordUnreachable {
  // Below its complaint supervisorctl says where its help is.
  const [complaint = ''] = words.trim().split('\n');
  return new SupervisordUnreachable(`supervisord: does not answer: ${complaint.replace(/\.$/, '')}.`, {
    hint: `Start it, or correct hosting.supervisord.config (${config}) in tenantry.yaml.`,
  });
}
