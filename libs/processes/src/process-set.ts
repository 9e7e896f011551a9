import type { Launch } from './launch.js';
import { endOrphansOf } from './orphans.js';
import { writePidFile } from './pid-file.js';
import { rotateLog } from './tenant-log.js';
import { type Exit, TenantProcess } from './tenant-process.js';

/** The living processes of one tenant: one that serves, perhaps one that starts, and those that drain. */
export class ProcessSet {
  readonly #living = new Set<TenantProcess>();
  #launch: Launch | undefined;
  #generation = 0;

  constructor(
    private readonly now: () => Date,
    private readonly ended: (process: TenantProcess, exit: Exit) => void,
  ) {}

  get isEmpty(): boolean {
    return this.#living.size === 0;
  }

  /** Spawns the next one; it is in the pid file before anything else happens to it. */
  async spawn(launch: Launch): Promise<TenantProcess> {
    // What a killed supervisor left behind must not answer beside the new one.
    if (this.isEmpty) await endOrphansOf(launch.pidFile, launch.drainTimeoutMs);
    this.#launch = launch;
    this.#generation += 1;
    const process = new TenantProcess(launch, this.#generation, this.now());
    this.#living.add(process);
    this.#record();
    void process.exited.then((exit) => {
      this.#living.delete(process);
      this.#record();
      this.ended(process, exit);
    });
    return process;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#living].map((process) => process.stop()));
  }

  rotateLog(maxBytes: number): void {
    if (this.#launch !== undefined && !this.isEmpty) rotateLog(this.#launch.logFile, maxBytes);
  }

  #record(): void {
    if (this.#launch === undefined) return;
    writePidFile(
      this.#launch.pidFile,
      [...this.#living].flatMap((process) => process.record),
    );
  }
}
