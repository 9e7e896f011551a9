import type { Launch } from './launch.js';
import { endOrphansOf } from './orphans.js';
import { writePidFile } from './pid-file.js';
import { rotateLog } from './tenant-log.js';
import { TenantPort } from './tenant-port.js';
import { type Exit, type Place, TenantProcess } from './tenant-process.js';

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
    const port = this.#sharedPort(launch) ?? (await openPort(launch));
    this.#launch = launch;
    this.#generation += 1;
    const place = { generation: this.#generation, startedAt: this.now(), port };
    const process = this.#start(launch, place);
    this.#record();
    void process.exited.then((exit) => {
      this.#living.delete(process);
      this.#closeUnused(port);
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

  #start(launch: Launch, place: Place): TenantProcess {
    try {
      const process = new TenantProcess(launch, place);
      this.#living.add(process);
      return process;
    } catch (error) {
      this.#closeUnused(place.port);
      throw error;
    }
  }

  /** The one that a present process listens on, where it is the same: nobody waiting there is to be turned away. */
  #sharedPort({ address }: Launch): TenantPort | undefined {
    if ('path' in address) return undefined;
    return [...this.#living].find(({ port }) => port?.isAt(address))?.port;
  }

  #closeUnused(port: TenantPort | undefined): void {
    if (![...this.#living].some((process) => process.port === port)) port?.close();
  }

  #record(): void {
    if (this.#launch === undefined) return;
    writePidFile(
      this.#launch.pidFile,
      [...this.#living].flatMap((process) => process.record),
    );
  }
}

async function openPort({ tenant, address }: Launch): Promise<TenantPort | undefined> {
  return 'path' in address ? undefined : TenantPort.open(tenant, address);
}
