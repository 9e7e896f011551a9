import { setTimeout as pause } from 'node:timers/promises';
import { exitCodes, SettingsError } from '#libs/settings';
import { addressText, reachableAddress } from './address.js';
import { BackOff } from './back-off.js';
import { errorText } from './error-code.js';
import { StartInterrupted, TenantUnavailable } from './errors.js';
import type { Launch, ProcessStatus, Report, TenantState, Upstream } from './launch.js';
import { ProcessSet } from './process-set.js';
import { StartAttempt } from './start-attempt.js';
import { describeExit, type Exit, type TenantProcess } from './tenant-process.js';

/** What one tenant needs of its supervisor. */
export interface Surroundings {
  prepare(tenant: string): Promise<Launch>;
  now(): Date;
  report: Report;
  changed(status: ProcessStatus): void;
  readonly stabilityMs: number;
}

/** Requests that the gateway just gave to the old process get through its door before it is told to go. */
const handoverMs = 100;
/** A visitor rather waits this long for the next attempt than sees an error. */
const holdableMs = 3_000;
const stoppedRetrySeconds = 60;

/** The life of one tenant. Operations run one after the other, in the order in which they were asked for. */
export class SupervisedTenant {
  readonly #processes: ProcessSet;
  readonly #backOff: BackOff;
  #state: TenantState = 'stopped';
  /** Ended by itself for want of requests, or not started yet: the next one wakes it. */
  #asleep = false;
  #current: TenantProcess | undefined;
  #attempt: StartAttempt | undefined;
  #restarts = 0;
  #lastError: string | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #waiting: (() => void)[] = [];

  constructor(
    readonly tenant: string,
    private readonly around: Surroundings,
  ) {
    this.#backOff = new BackOff(() => around.now());
    this.#processes = new ProcessSet(
      () => around.now(),
      (process, exit) => this.#ended(process, exit),
    );
  }

  status(): ProcessStatus {
    const shown = this.#current ?? this.#attempt?.process;
    return {
      tenant: this.tenant,
      state: this.#state,
      pid: shown?.pid ?? null,
      release: shown?.release ?? null,
      socket: (shown && addressText(shown.address)) ?? null,
      startedAt: shown?.startedAt.toISOString() ?? null,
      restarts: this.#restarts,
      lastError: this.#lastError,
    };
  }

  start(): Promise<ProcessStatus> {
    return this.#enqueue(async () => {
      if (this.#current === undefined) await this.#startAsked();
      return this.status();
    });
  }

  async restart(): Promise<ProcessStatus> {
    const { old } = await this.#enqueue(async () => {
      const replaced = this.#current;
      await this.#startAsked();
      return { old: replaced };
    });
    // Outside the queue: the new process must be watched over while the old one drains.
    if (old !== undefined) await pause(handoverMs);
    await old?.stop();
    return this.status();
  }

  stop(): Promise<ProcessStatus> {
    // At once: a start that hangs must not keep the stop waiting.
    this.#attempt?.interrupt();
    return this.#enqueue(async () => {
      this.#backOff.reset();
      this.#asleep = false;
      this.#current = undefined;
      if (!this.#processes.isEmpty) this.#become('draining');
      await this.#processes.stopAll();
      this.#become('stopped');
      return this.status();
    });
  }

  async upstream(): Promise<Upstream> {
    while (this.#current === undefined) {
      if (this.#asleep) this.#wake();
      const hopelessSeconds = this.#hopelessSeconds();
      if (hopelessSeconds !== undefined)
        throw new TenantUnavailable(this.tenant, this.#state, hopelessSeconds);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const { address, generation } = this.#current;
    return { address: reachableAddress(address), generation };
  }

  rotateLog(maxBytes: number): void {
    this.#processes.rotateLog(maxBytes);
  }

  #enqueue<T>(operation: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(operation);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /** Started by the operator or a request, not by ourselves: earlier failures are forgotten. */
  async #startAsked(): Promise<void> {
    this.#backOff.reset();
    this.#asleep = false;
    this.#restarts = 0;
    await this.#startNext();
  }

  #wake(): void {
    this.#asleep = false;
    this.#become('starting');
    // Its failure is in the state, where the waiting requests look.
    this.start().catch(() => undefined);
  }

  /** Starts a process and lets it take over; when that fails, the present one goes on. */
  async #startNext(): Promise<void> {
    const began = performance.now();
    const attempt = new StartAttempt(this.tenant, this.#processes);
    this.#attempt = attempt;
    if (this.#current === undefined) this.#become('starting');
    try {
      const prepare = (): Promise<Launch> => this.around.prepare(this.tenant);
      this.#current = await attempt.run(prepare);
    } catch (error) {
      this.#startFailed(error);
      throw error;
    } finally {
      this.#attempt = undefined;
    }
    this.#lastError = null;
    const took = ((performance.now() - began) / 1000).toFixed(1);
    this.around.report(`${this.tenant}: running, process ${this.#current.pid}, ready after ${took} s.`);
    this.#become('running');
  }

  #startFailed(error: unknown): void {
    if (error instanceof StartInterrupted) return;
    this.#lastError = errorText(error);
    // The present process, if it still serves, knows nothing of this.
    if (this.#current !== undefined) return this.around.report(this.#lastError);
    if (error instanceof SettingsError) return this.#refuse();
    this.#tryAgain();
  }

  #ended(process: TenantProcess, exit: Exit): void {
    if (process !== this.#current) return;
    this.#current = undefined;
    const livedMs = this.around.now().getTime() - process.startedAt.getTime();
    if (livedMs >= this.around.stabilityMs) this.#backOff.reset();
    if (exit.code === 0) return this.fallAsleep();
    this.#lastError = `${this.tenant}: the process ended: ${describeExit(exit)}.`;
    if (this.#attempt !== undefined) return this.#become('starting');
    if (exit.code === exitCodes.settings) return this.#refuse();
    this.#tryAgain();
  }

  /** Stopped until the next request. */
  fallAsleep(): void {
    if (this.#attempt !== undefined) return this.#become('starting');
    this.#asleep = true;
    this.#become('stopped');
  }

  #refuse(): void {
    this.#become('refused');
    this.around.report(
      `${this.#lastError} It is not tried again; correct it, then: tenantry start ${this.tenant.split('.', 1)[0]}`,
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
      await this.#startNext();
    }).catch(() => undefined);
  }

  /** How long a visitor is told to stay away when holding the request cannot help; `undefined` while it can. */
  #hopelessSeconds(): number | undefined {
    if (this.#state === 'starting') return undefined;
    if (this.#state !== 'crashed') return stoppedRetrySeconds;
    const waitMs = this.#backOff.remainingMs ?? 0;
    return waitMs <= holdableMs ? undefined : Math.ceil(waitMs / 1000);
  }

  #become(state: TenantState): void {
    this.#state = state;
    this.around.changed(this.status());
    for (const resume of this.#waiting.splice(0)) resume();
  }
}
