import { SettingsError } from '#libs/settings';
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
      const process = await this.#spawn(launch, true);
      return await process.ready().then(
        () => process,
        (error: unknown) => this.#withoutSpare(launch, process, error),
      );
    } catch (error) {
      if (!this.#interruption.signal.aborted) throw error;
      const details = { tenant: this.tenant, cause: error };
      throw new StartInterrupted(`${this.tenant}: stopped while it started.`, details);
    }
  }

  async #spawn(launch: Launch, mayBeSpare: boolean): Promise<TenantProcess> {
    const process = await this.processes.spawn(launch, { mayBeSpare });
    this.#process = process;
    if (this.#interruption.signal.aborted) void process.stop();
    return process;
  }

  /** What ails a spare need not be the tenant's fault: it gets a process of its own, unless its settings are wrong. */
  async #withoutSpare(launch: Launch, failed: TenantProcess, error: unknown): Promise<TenantProcess> {
    if (!failed.isSpare || error instanceof SettingsError || this.#interruption.signal.aborted) throw error;
    const process = await this.#spawn(launch, false);
    await process.ready();
    return process;
  }
}
