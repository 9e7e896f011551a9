const firstMs = 200;
const longestMs = 30_000;

/** Waits longer after each failure in a row: 0.2 s, doubling, at most 30 s. */
export class BackOff {
  #failures = 0;
  #pending: { readonly timer: NodeJS.Timeout; readonly at: number } | undefined;

  constructor(private readonly now: () => Date) {}

  /** Runs `attempt` after the wait; returns the wait. */
  schedule(attempt: () => void): number {
    this.cancel();
    const waitMs = Math.min(longestMs, firstMs * 2 ** Math.min(this.#failures, 20));
    this.#failures += 1;
    const timer = setTimeout(() => {
      this.#pending = undefined;
      attempt();
    }, waitMs);
    this.#pending = { timer, at: this.now().getTime() + waitMs };
    return waitMs;
  }

  /** What is left of the wait; `undefined` when nothing is scheduled. */
  get remainingMs(): number | undefined {
    return this.#pending === undefined ? undefined : this.#pending.at - this.now().getTime();
  }

  cancel(): void {
    clearTimeout(this.#pending?.timer);
    this.#pending = undefined;
  }

  /** The next failure counts as a first one. */
  reset(): void {
    this.cancel();
    this.#failures = 0;
  }
}
