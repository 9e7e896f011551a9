import { setTimeout as sleep } from 'node:timers/promises';
import { FailedError } from '#libs/settings';
import type { ProcessStatus, TenantState, WorkerStatus } from '../launch.js';
import { runCommand, runToSuccess } from '../run-command.js';
import { readJournal } from './journal.js';
import type { ProcessManager } from './process-manager.js';

/** What a unit is called there. */
export interface SystemdNames {
  readonly socket: string;
  /** The first is the one that the socket starts. */
  readonly services: readonly string[];
}

export interface SystemdOptions {
  namesOf(unit: string): SystemdNames;
}

/** Starts a unit, also one that had given up, which would refuse otherwise. */
export async function startAnew(unit: string): Promise<void> {
  await systemctl('reset-failed', unit).catch(() => undefined);
  await systemctl('start', unit);
}

export class UnitDidNotStart extends FailedError {
  override readonly code = 'UNIT_DID_NOT_START';
}

/** Drives systemd by systemctl(1): sockets stay open while their services restart. */
export class SystemdManager implements ProcessManager {
  readonly kind = 'systemd';

  constructor(private readonly options: SystemdOptions) {}

  async start(units: readonly string[]): Promise<void> {
    const names = units.map((unit) => this.options.namesOf(unit));
    const all = names.flatMap(({ socket, services }) => [socket, ...services]);
    if (all.length === 0) return;
    // One that had given up would refuse to be started.
    await systemctl('reset-failed', ...all).catch(() => undefined);
    await systemctl('start', ...names.map(({ socket }) => socket));
    for (const [index, { services }] of names.entries()) {
      await this.#bring('start', units[index] ?? '', services);
    }
  }

  async stop(units: readonly string[]): Promise<void> {
    const names = units.map((unit) => this.options.namesOf(unit));
    const all = names.flatMap(({ socket, services }) => [socket, ...services]);
    // In one call: a socket that outlives its service would start it again.
    if (all.length > 0) await systemctl('stop', ...all);
  }

  async restart(unit: string): Promise<void> {
    const { socket, services } = this.options.namesOf(unit);
    await systemctl('reset-failed', socket, ...services).catch(() => undefined);
    await systemctl('start', socket);
    // One after the other: the others go on serving.
    for (const service of services) await this.#bring('restart', unit, [service]);
  }

  async status(units: readonly string[]): Promise<readonly ProcessStatus[]> {
    const names = units.map((unit) => this.options.namesOf(unit));
    const shown = await showUnits(names.flatMap(({ socket, services }) => [socket, ...services]));
    return units.map((tenant, index) => {
      const { socket = '', services = [] } = names[index] ?? {};
      const workers = services.map((service, at) =>
        workerStatus(at + 1, shown.get(service), shown.get(socket)),
      );
      const { worker: _first, ...first } = workers.find(({ pid }) => pid !== null) ?? workers[0] ?? stopped;
      return { tenant, ...first, workers: workers.length > 1 ? workers : [] };
    });
  }

  async #bring(verb: 'start' | 'restart', unit: string, services: readonly string[]): Promise<void> {
    const { code, stderr } = await runCommand({
      command: 'systemctl',
      args: [verb, ...services],
      timeoutMs: 900_000,
    });
    if (code === 0) return;
    for (const service of services) {
      const state = await settledState(service);
      // A visitor's request may start it between its end and its start, in the place of our job.
      if (state['ActiveState'] === 'active') continue;
      const result = `${state['Result'] ?? 'unknown'}, exit ${state['ExecMainStatus'] ?? '?'}`;
      const words = [`(${result})`, await lastWords(service), stderr.trim().split('\n')[0]].join(' ').trim();
      const hint = `Look at journalctl -u ${service}.`;
      throw new UnitDidNotStart(`${unit}: ${service} did not start ${words}`, { tenant: unit, hint });
    }
  }
}

export async function systemctl(...args: readonly string[]): Promise<string> {
  return runToSuccess({ command: 'systemctl', args, timeoutMs: 900_000 });
}

export type ShownUnit = Readonly<Record<string, string>>;

const properties = [
  ...['Id', 'ActiveState', 'SubState', 'Result', 'MainPID', 'NRestarts', 'ExecMainStatus', 'Listen'],
  ...['ActiveEnterTimestamp', 'InactiveEnterTimestampMonotonic', 'UnitFileState', 'StatusText'],
].join(',');

const perCall = 200;

/** What systemd knows of units, by name. */
export async function showUnits(names: readonly string[]): Promise<ReadonlyMap<string, ShownUnit>> {
  const found = new Map<string, ShownUnit>();
  for (let first = 0; first < names.length; first += perCall) {
    const some = names.slice(first, first + perCall);
    const text = await systemctl('show', `--property=${properties}`, '--', ...some);
    for (const block of text.split('\n\n')) {
      const unit = Object.fromEntries(
        block
          .trim()
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      ) as ShownUnit;
      if (unit['Id'] !== undefined) found.set(unit['Id'], unit);
    }
  }
  return found;
}

const settlePollMs = 200;

/** What a service is when it neither comes nor goes any more; systemd bounds both by its timeouts. */
async function settledState(service: string): Promise<ShownUnit> {
  for (;;) {
    const shown = (await showUnits([service])).get(service) ?? {};
    const isOnItsWay = ['activating', 'deactivating'].includes(shown['ActiveState'] ?? '');
    if (!isOnItsWay || shown['SubState'] === 'auto-restart') return shown;
    await sleep(settlePollMs);
  }
}

const stopped = workerStatus(1, undefined, undefined);

function workerStatus(
  worker: number,
  service: ShownUnit | undefined,
  socket: ShownUnit | undefined,
): WorkerStatus {
  const pid = Number(service?.['MainPID'] ?? 0);
  const state = stateOf(service);
  return {
    worker,
    // Its socket waits for a request that starts it.
    state: state === 'stopped' && socket?.['ActiveState'] === 'active' ? 'idle' : state,
    pid: pid > 0 ? pid : null,
    release: null,
    socket: socket?.['Listen']?.replace(/ \(Stream\)$/, '') ?? null,
    startedAt: state === 'running' ? dateOf(service?.['ActiveEnterTimestamp']) : null,
    restarts: Number(service?.['NRestarts'] ?? 0),
    lastError: errorOf(service),
  };
}

function stateOf(service: ShownUnit | undefined): TenantState {
  switch (service?.['ActiveState']) {
    case 'active':
    case 'reloading':
      return 'running';
    case 'activating':
      return service['SubState'] === 'auto-restart' ? 'crashed' : 'starting';
    case 'deactivating':
      return 'draining';
    case 'failed':
      return service['ExecMainStatus'] === '78' ? 'refused' : 'crashed';
    default:
      return 'stopped';
  }
}

function errorOf(service: ShownUnit | undefined): string | null {
  if (service === undefined || (service['Result'] ?? 'success') === 'success') return null;
  return `${service['Result']}, exit ${service['ExecMainStatus']}`;
}

/** `Sat 2026-11-21 05:40:00 UTC`, as systemctl prints it. */
function dateOf(text: string | undefined): string | null {
  const found = text && /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/.exec(text);
  return found ? `${found[1]}T${found[2]}.000Z` : null;
}

async function lastWords(service: string): Promise<string> {
  const lines = await readJournal([service], 20).catch(() => []);
  return lines.findLast((line) => line.trim() !== '') ?? 'it said nothing';
}
