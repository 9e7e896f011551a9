/**
 * What keeps a process awake that stops when it is idle. Requests and open WebSockets do by themselves; work that goes
 * on beside them says so here:
 *
 *     constructor(private readonly activity: Activity) {}
 *     @Cron(…) sendReminders() { return this.activity.during(() => this.reminders.sendAll()); }
 */
export class Activity {
  #going = 0;
  #since = performance.now();
  #onActive = (): void => undefined;

  /** The process is not stopped for idling before this has ended. */
  async during<T>(work: () => Promise<T> | T): Promise<T> {
    this.begin();
    try {
      return await work();
    } finally {
      this.end();
    }
  }

  begin(): void {
    this.#going += 1;
    this.#onActive();
  }

  end(): void {
    this.#going -= 1;
    this.#since = performance.now();
  }

  /** So long has nothing been going on. */
  get idleMs(): number {
    return this.#going > 0 ? 0 : performance.now() - this.#since;
  }

  onActive(listener: () => void): void {
    this.#onActive = listener;
  }
}
