import { reachableAddress } from './address.js';
import { StartInterrupted, TenantUnavailable } from './errors.js';
import {
  type Launch,
  launchOfWorker,
  type ProcessStatus,
  type Report,
  type TenantState,
  type Upstream,
} from './launch.js';
import { SharedPorts } from './shared-ports.js';
import type { Spawn } from './spawn-tenant.js';
import type { TenantProcess } from './tenant-process.js';
import { Worker } from './worker.js';

/** What one tenant needs of its supervisor. */
export interface Surroundings {
  prepare(tenant: string): Promise<Launch>;
  readonly spawn: Spawn;
  now(): Date;
  report: Report;
  /** Of one of its processes, under the tenant's name. */
  changed(status: ProcessStatus): void;
  readonly stabilityMs: number;
}

/** A tenant is as well as the best of its workers. */
const best: readonly TenantState[] = [
  ...(['running', 'starting', 'crashed', 'refused', 'draining', 'idle', 'stopped'] as const),
];

/** How a worker is started, from settings that all of them share. */
type Preparing = (worker: number) => () => Promise<Launch>;

/** The life of one tenant, whose processes serve side by side. */
export class SupervisedTenant {
  readonly #ports = new SharedPorts();
  readonly #workers: [Worker, ...Worker[]];
  /** How many there are to be, as its settings said at the last start. */
  #wanted = 1;
  /** Starts and restarts that were asked for and go on. */
  #operations = 0;
  #stops = 0;
  #generation = 0;
  #turn = 0;
  #waiting: (() => void)[] = [];

  constructor(
    readonly tenant: string,
    private readonly around: Surroundings,
  ) {
    this.#workers = [this.#makeWorker(1)];
  }

  status(): ProcessStatus {
    const all = this.#workers.map((worker) => worker.status());
    const state = best.find((each) => all.some((worker) => worker.state === each)) ?? 'stopped';
    const { worker: _worker, ...shown } =
      all.find((worker) => worker.state === state) ?? this.#first.status();
    return {
      ...{ tenant: this.tenant, ...shown },
      restarts: all.reduce((sum, { restarts }) => sum + restarts, 0),
      lastError: all.find(({ lastError }) => lastError !== null)?.lastError ?? null,
      workers: all.length === 1 ? [] : all,
    };
  }

  start(): Promise<ProcessStatus> {
    return this.#operate(async (prepare, refuseStopped) => {
      // The first alone: what keeps it from starting keeps them all.
      await this.#first.start(prepare(1));
      refuseStopped();
      await this.#startOthers(prepare);
    });
  }

  /** One after the other: the rest serves meanwhile. */
  restart(): Promise<ProcessStatus> {
    return this.#operate(async (prepare, refuseStopped) => {
      await this.#first.restart(prepare(1));
      const surplus = this.#workers.splice(this.#wanted);
      this.#makeWanted();
      for (const worker of this.#workers.slice(1)) {
        refuseStopped();
        await worker.restart(prepare(worker.number));
      }
      await Promise.all(surplus.map((worker) => worker.stop()));
    });
  }

  async stop(): Promise<ProcessStatus> {
    this.#stops += 1;
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    return this.status();
  }

  /** Waits while the tenant starts; throws TenantUnavailable when waiting cannot help. */
  async upstream(): Promise<Upstream> {
    for (;;) {
      const [worker, process] = this.#next();
      if (process !== undefined) {
        const { address, generation } = process;
        return { address: reachableAddress(address), worker, generation };
      }
      if (this.#isAsleep) this.#wake();
      const seconds = this.#workers.map(({ hopelessSeconds }) => hopelessSeconds);
      if (!seconds.includes(undefined)) {
        const soonest = Math.min(...seconds.map((each) => each ?? 0));
        throw new TenantUnavailable(this.tenant, this.status().state, soonest);
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Its next request starts it, unless it runs or is about to. */
  startLater(): ProcessStatus {
    const isStopped = this.#workers.every(({ state }) => state === 'stopped' || state === 'refused');
    if (isStopped && this.#operations === 0) this.#sleep();
    return this.status();
  }

  rotateLog(maxBytes: number): void {
    for (const { processes } of this.#workers) processes.rotateLog(maxBytes);
  }

  #sleep(): void {
    for (const worker of this.#workers) worker.sleep();
  }

  get #first(): Worker {
    return this.#workers[0];
  }

  get #isAsleep(): boolean {
    return this.#workers.every(({ state }) => state === 'idle');
  }

  /** In turn, so that each gets as many requests as the others. */
  #next(): [number, TenantProcess | undefined] {
    const ready = this.#workers.filter(({ current }) => current !== undefined);
    const worker = ready[(this.#turn += 1) % ready.length] ?? this.#first;
    return [worker.number, worker.current];
  }

  #wake(): void {
    this.#first.awaken();
    // Its failure is in the state, where the waiting requests look.
    this.start().catch(() => undefined);
  }

  /** Reads the settings once, when the first worker needs them. */
  #preparing(): Preparing {
    let prepared: Promise<Launch> | undefined;
    const prepare = async (): Promise<Launch> => {
      const launch = await this.around.prepare(this.tenant);
      this.#wanted = launch.workers ?? 1;
      return launch;
    };
    return (worker) => async () => launchOfWorker(await (prepared ??= prepare()), worker);
  }

  async #startOthers(prepare: Preparing): Promise<void> {
    this.#makeWanted();
    await Promise.all(this.#workers.slice(1).map((worker) => worker.start(prepare(worker.number))));
  }

  async #operate(
    operation: (prepare: Preparing, refuseStopped: () => void) => Promise<void>,
  ): Promise<ProcessStatus> {
    const stops = this.#stops;
    this.#operations += 1;
    try {
      // A stop that was asked for while only some of them were there is not to be followed by the start of the rest.
      await operation(this.#preparing(), () => {
        if (stops === this.#stops) return;
        throw new StartInterrupted(`${this.tenant}: stopped while it started.`, { tenant: this.tenant });
      });
      return this.status();
    } finally {
      this.#operations -= 1;
    }
  }

  #makeWanted(): void {
    while (this.#workers.length < this.#wanted) {
      this.#workers.push(this.#makeWorker(this.#workers.length + 1));
    }
  }

  #makeWorker(number: number): Worker {
    const { spawn, stabilityMs } = this.around;
    const worker: Worker = new Worker(number, {
      ...{ tenant: this.tenant, ports: this.#ports, spawn, stabilityMs },
      prepare: async () => launchOfWorker(await this.around.prepare(this.tenant), number),
      nextGeneration: () => (this.#generation += 1),
      now: () => this.around.now(),
      report: (message) => this.around.report(message),
      changed: () => this.#changed(worker),
      exited: () => this.#closePorts(),
      idled: () => {
        if (this.#workers.every(({ isIdle }) => isIdle)) this.#sleep();
      },
      mayRest: () => this.#workers.every((each) => each === worker || each.current === undefined),
    });
    return worker;
  }

  #changed(worker: Worker): void {
    this.#closePorts();
    const { worker: _worker, ...status } = worker.status();
    this.around.changed({ ...this.status(), ...status });
    const isBack = worker === this.#first && worker.state === 'running' && this.#operations === 0;
    // It came back by itself after a start that failed, and left the others out.
    if (isBack) this.#startOthers(this.#preparing()).catch(() => undefined);
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** Who connects while the tenant is away for a moment, or asleep, is to wait, not to be turned away. */
  #closePorts(): void {
    const isOver = this.#workers.every(({ state }) => state === 'stopped' || state === 'refused');
    const used = this.#workers.flatMap(({ processes }) => processes.ports);
    this.#ports.closeExcept(new Set(isOver ? used : [...used, this.#ports.latest]));
  }
}
