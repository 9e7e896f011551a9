import { StartInterrupted } from './errors.js';
import type { Launch } from './launch.js';
import type { ProcessSet } from './process-set.js';
import type { TenantProcess } from './tenant-process.js';

/** One try to get a tenant's process from its settings to listening; `interrupt` ends it at any point. */
export class StartAttempt {
  readonly #interruption = new AbortController();
  #process: TenantProcess | undefined;

  constructor(
    private readonly tenant: string,
    private readonly processes: ProcessSet,
  ) {}

  get process(): TenantProcess | undefined {
    return this.#process;
  }

  interrupt(): void {
    this.#interruption.abort();
    void this.#process?.stop();
  }

  /** Resolves with a process that listens; throws what preparing or starting threw, or StartInterrupted. */
  async run(prepare: () => Promise<Launch>): Promise<TenantProcess> {
    try {
      const launch = await prepare();
      this.#interruption.signal.throwIfAborted();
      this.#process = await this.processes.spawn(launch);
      if (this.#interruption.signal.aborted) void this.#process.stop();
      await this.#process.ready();
      return this.#process;
    } catch (error) {
      if (!this.#interruption.signal.aborted) throw error;
      const details = { tenant: this.tenant, cause: error };
      throw new StartInterrupted(`${this.tenant}: stopped while it started.`, details);
    }
  }
}
