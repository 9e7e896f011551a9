import { setTimeout as pause } from 'node:timers/promises';
import { TenantUnavailable } from '../errors.js';

const heldTooLongSeconds = 5;
const firstPauseMs = 25;
const longestPauseMs = 400;

/** A request's patience: it waits for its tenant until its time is over or its client has left. */
export class Hold {
  readonly #until: number;
  #isAbandoned = false;
  #giveUp = (): void => undefined;
  #pauseMs = firstPauseMs;

  constructor(
    private readonly tenant: string,
    timeoutMs: number,
  ) {
    this.#until = performance.now() + timeoutMs;
  }

  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /** The client left: nobody waits any longer. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#giveUp();
  }

  /** What is awaited, or TenantUnavailable when the time is over before. */
  async waitFor<T>(awaited: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<never>((_resolve, reject) => {
      this.#giveUp = () => reject(new TenantUnavailable(this.tenant, 'starting', heldTooLongSeconds));
      timer = setTimeout(this.#giveUp, Math.max(0, this.#until - performance.now()));
    });
    if (this.#isAbandoned) this.#giveUp();
    try {
      return await Promise.race([awaited, over]);
    } finally {
      clearTimeout(timer);
      this.#giveUp = () => undefined;
    }
  }

  /** Between a refused connection and the next try: the supervisor learns only after a moment that a process is gone. */
  async pause(): Promise<void> {
    await this.waitFor(pause(this.#pauseMs));
    this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
  }
}
