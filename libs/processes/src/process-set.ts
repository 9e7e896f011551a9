import type { Launch } from './launch.js';
import { endOrphansOf } from './orphans.js';
import { writePidFile } from './pid-file.js';
import { withRunFile } from './run-files.js';
import type { SharedPorts } from './shared-ports.js';
import type { Spawn } from './spawn-tenant.js';
import { rotateLog } from './tenant-log.js';
import type { TenantPort } from './tenant-port.js';
import { type Exit, TenantProcess } from './tenant-process.js';

export interface ProcessSetOptions {
  readonly ports: SharedPorts;
  readonly spawn: Spawn;
  now(): Date;
  nextGeneration(): number;
  ended(process: TenantProcess, exit: Exit): void;
}

/** The living processes of one worker: one that serves, perhaps one that starts, and those that drain. */
export class ProcessSet {
  readonly #living = new Set<TenantProcess>();
  #launch: Launch | undefined;

  constructor(private readonly options: ProcessSetOptions) {}

  get isEmpty(): boolean {
    return this.#living.size === 0;
  }

  get ports(): readonly (TenantPort | undefined)[] {
    return [...this.#living].map(({ port }) => port);
  }

  /** Spawns the next one; it is in the pid file before anything else happens to it. */
  async spawn(launch: Launch, { mayBeSpare }: { mayBeSpare: boolean }): Promise<TenantProcess> {
    // What a killed supervisor left behind must not answer beside the new one.
    if (this.isEmpty) await endOrphansOf(launch.pidFile, launch.drainTimeoutMs);
    const port = await this.options.ports.of(launch);
    this.#launch = launch;
    const place = {
      generation: this.options.nextGeneration(),
      startedAt: this.options.now(),
      port,
      mayBeSpare,
    };
    const process = new TenantProcess(launch, place, this.options.spawn);
    this.#living.add(process);
    void process.exited.then((exit) => {
      this.#living.delete(process);
      this.#recordEnd();
      this.options.ended(process, exit);
    });
    try {
      withRunFile(launch.tenant, launch.pidFile, () => this.#record());
    } catch (error) {
      // A later supervisor would know nothing of it.
      void process.stop();
      throw error;
    }
    return process;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#living].map((process) => process.stop()));
  }

  rotateLog(maxBytes: number): void {
    if (this.#launch !== undefined && !this.isEmpty) rotateLog(this.#launch.logFile, maxBytes);
  }

  #recordEnd(): void {
    try {
      this.#record();
    } catch {
      // On a full disk the file goes on to name one that is gone, which it is known by: by its start time.
    }
  }

  #record(): void {
    if (this.#launch === undefined) return;
    writePidFile(
      this.#launch.pidFile,
      [...this.#living].flatMap((process) => process.record),
    );
  }
}
