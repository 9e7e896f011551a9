import { setTimeout as pause } from 'node:timers/promises';
import { exitCodes, RefusedError, SettingsError } from '#libs/settings';
import { addressText } from './address.js';
import { BackOff } from './back-off.js';
import { errorText } from './error-code.js';
import { StartInterrupted } from './errors.js';
import type { Launch, Report, TenantState, WorkerStatus } from './launch.js';
import { ProcessSet } from './process-set.js';
import type { SharedPorts } from './shared-ports.js';
import type { Spawn } from './spawn-tenant.js';
import { StartAttempt } from './start-attempt.js';
import { describeExit, type Exit, type TenantProcess } from './tenant-process.js';

/** What a worker needs of its tenant. */
export interface WorkerSurroundings {
  readonly tenant: string;
  readonly ports: SharedPorts;
  readonly spawn: Spawn;
  readonly stabilityMs: number;
  /** How its next process is started; for a start that nobody asked for. */
  prepare(): Promise<Launch>;
  nextGeneration(): number;
  now(): Date;
  report: Report;
  changed(): void;
  /** One of its processes is gone, also one that served no more. */
  exited(): void;
  /** Its process has had nothing to do for as long as the settings say. */
  idled(): void;
  /** Whether it may stay away after it ended by itself: not while others of its tenant serve. */
  mayRest(): boolean;
}

/** Requests that the gateway just gave to the old process get through its door before it is told to go. */
const handoverMs = 100;
/** A visitor rather waits this long for the next attempt than sees an error. */
const holdableMs = 3_000;
const stoppedRetrySeconds = 60;

/**
 * One of the places in which a tenant's processes serve, one after the other. Operations run in the order in which they
 * were asked for.
 */
export class Worker {
  readonly #processes: ProcessSet;
  readonly #backOff: BackOff;
  #state: TenantState = 'stopped';
  #current: TenantProcess | undefined;
  #attempt: StartAttempt | undefined;
  #restarts = 0;
  #lastError: string | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    /** From 1. */
    readonly number: number,
    private readonly around: WorkerSurroundings,
  ) {
    this.#backOff = new BackOff(() => around.now());
    this.#processes = new ProcessSet({
      ports: around.ports,
      spawn: around.spawn,
      now: () => around.now(),
      nextGeneration: () => around.nextGeneration(),
      ended: (process, exit) => this.#ended(process, exit),
    });
  }

  get state(): TenantState {
    return this.#state;
  }

  /** The process that requests go to. */
  get current(): TenantProcess | undefined {
    return this.#current;
  }

  get processes(): ProcessSet {
    return this.#processes;
  }

  /** Whether its process said last that it has nothing to do. */
  get isIdle(): boolean {
    return this.#current === undefined ? this.#attempt === undefined : this.#current.isIdle;
  }

  status(): WorkerStatus {
    const shown = this.#current ?? this.#attempt?.process;
    return {
      worker: this.number,
      state: this.#state,
      pid: shown?.pid ?? null,
      release: shown?.release ?? null,
      socket: (shown && addressText(shown.address)) ?? null,
      startedAt: shown?.startedAt.toISOString() ?? null,
      restarts: this.#restarts,
      lastError: this.#lastError,
    };
  }

  /** `prepare` is not called when it runs already. */
  start(prepare: () => Promise<Launch>): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#current === undefined) await this.#startAsked(prepare);
    });
  }

  async restart(prepare: () => Promise<Launch>): Promise<void> {
    const { old } = await this.#enqueue(async () => {
      const replaced = this.#current;
      await this.#startAsked(prepare);
      return { old: replaced };
    });
    // Outside the queue: the new process must be watched over while the old one drains.
    if (old !== undefined) await pause(handoverMs);
    await old?.stop();
  }

  stop(): Promise<void> {
    // At once: a start that hangs must not keep the stop waiting.
    this.#attempt?.interrupt();
    return this.#enqueue(async () => {
      this.#backOff.reset();
      this.#current = undefined;
      if (!this.#processes.isEmpty) this.#become('draining');
      await this.#processes.stopAll();
      this.#become('stopped');
    });
  }

  /** Takes its process away from the requests, which is then told to go; the next request starts another. */
  sleep(): void {
    const old = this.#current;
    this.#current = undefined;
    this.#rest();
    if (old !== undefined) void pause(handoverMs).then(() => old.stop());
  }

  /** Says that its start is about to be asked for, so that requests wait for it. */
  awaken(): void {
    this.#become('starting');
  }

  /** How long a visitor is told to stay away when holding the request cannot help; `undefined` while it can. */
  get hopelessSeconds(): number | undefined {
    if (this.#state === 'starting') return undefined;
    if (this.#state !== 'crashed') return stoppedRetrySeconds;
    const waitMs = this.#backOff.remainingMs ?? 0;
    return waitMs <= holdableMs ? undefined : Math.ceil(waitMs / 1000);
  }

  #enqueue<T>(operation: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(operation);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /** Started by the operator or a request, not by ourselves: earlier failures are forgotten. */
  async #startAsked(prepare: () => Promise<Launch>): Promise<void> {
    this.#backOff.reset();
    this.#restarts = 0;
    await this.#startNext(prepare);
  }

  /** Starts a process and lets it take over; when that fails, the present one goes on. */
  async #startNext(prepare: () => Promise<Launch>): Promise<void> {
    const began = performance.now();
    const attempt = new StartAttempt(this.around.tenant, this.#processes);
    this.#attempt = attempt;
    if (this.#current === undefined) this.#become('starting');
    try {
      this.#current = await attempt.run(prepare);
    } catch (error) {
      this.#startFailed(error);
      throw error;
    } finally {
      this.#attempt = undefined;
    }
    this.#lastError = null;
    this.#current.onIdle(() => this.around.idled());
    const took = ((performance.now() - began) / 1000).toFixed(1);
    this.#report(`running, process ${this.#current.pid}, ready after ${took} s.`);
    this.#become('running');
  }

  #startFailed(error: unknown): void {
    if (error instanceof StartInterrupted) return;
    this.#lastError = errorText(error);
    // The present process, if it still serves, knows nothing of this.
    if (this.#current !== undefined) return this.around.report(this.#lastError);
    // A guard says the same the next time.
    if (error instanceof SettingsError || error instanceof RefusedError) return this.#refuse();
    this.#tryAgain();
  }

  #ended(process: TenantProcess, exit: Exit): void {
    this.around.exited();
    if (process !== this.#current) return;
    this.#current = undefined;
    const livedMs = this.around.now().getTime() - process.startedAt.getTime();
    if (livedMs >= this.around.stabilityMs) this.#backOff.reset();
    if (exit.code === 0 && this.around.mayRest()) return this.#rest();
    this.#lastError = `${this.around.tenant}: the process ended: ${describeExit(exit)}.`;
    if (this.#attempt !== undefined) return this.#become('starting');
    if (exit.code === exitCodes.settings) return this.#refuse();
    this.#tryAgain();
  }

  #rest(): void {
    this.#become(this.#attempt === undefined ? 'idle' : 'starting');
  }

  #refuse(): void {
    this.#become('refused');
    const { tenant } = this.around;
    this.around.report(
      `${this.#lastError} It is not tried again; correct it, then: tenantry start ${tenant.split('.', 1)[0]}`,
    );
  }

  #tryAgain(): void {
    const waitMs = this.#backOff.schedule(() => this.#retry());
    this.#become('crashed');
    this.around.report(`${this.#lastError} Next attempt in ${waitMs / 1000} s.`);
  }

  #retry(): void {
    this.#enqueue(async () => {
      if (this.#current !== undefined || this.#state !== 'crashed') return;
      this.#restarts += 1;
      await this.#startNext(() => this.around.prepare());
    }).catch(() => undefined);
  }

  #report(what: string): void {
    const named = this.number === 1 ? this.around.tenant : `${this.around.tenant}, worker ${this.number}`;
    this.around.report(`${named}: ${what}`);
  }

  #become(state: TenantState): void {
    this.#state = state;
    this.around.changed();
  }
}
