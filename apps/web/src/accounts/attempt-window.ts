export interface AttemptWindowOptions {
  /** Attempts within the window; the next one waits. */
  readonly limit: number;
  readonly windowMs: number;
  /** Milliseconds from any fixed moment. */
  now(): number;
}

/** More keys than this are not remembered, so that a flood of invented ones cannot fill the memory. */
const maxKeys = 10_000;

/** A sliding window of attempts by key. In memory, because one process serves the site; a restart forgives. */
export class AttemptWindow {
  readonly #options: AttemptWindowOptions;
  // A Map keeps its keys in order of insertion, and each attempt inserts its key anew: the first key is the idlest.
  readonly #attempts = new Map<string, number[]>();

  constructor(options: AttemptWindowOptions) {
    this.#options = options;
  }

  /** How many milliseconds to wait before the next attempt; 0 when it may be made now. */
  waitMs(key: string): number {
    const recent = this.#recent(key);
    const oldest = recent[recent.length - this.#options.limit];
    return oldest === undefined ? 0 : oldest + this.#options.windowMs - this.#options.now();
  }

  /** Counts an attempt. Before it is made: of many at once, each must see the others. */
  add(key: string): void {
    const recent = this.#recent(key);
    this.#attempts.delete(key);
    this.#attempts.set(key, [...recent.slice(-this.#options.limit), this.#options.now()]);
    const [idlest] = this.#attempts.keys();
    if (this.#attempts.size > maxKeys && idlest !== undefined) this.#attempts.delete(idlest);
  }

  forget(key: string): void {
    this.#attempts.delete(key);
  }

  #recent(key: string): number[] {
    const since = this.#options.now() - this.#options.windowMs;
    return (this.#attempts.get(key) ?? []).filter((at) => at > since);
  }
}
