import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { errorText } from '../error-code.js';
import type { Launch, Report } from '../launch.js';
import { writePidFile } from '../pid-file.js';
import { processStartTime } from '../process-table.js';
import { withRunFile } from '../run-files.js';
import { openLog } from '../tenant-log.js';

/** What all processes have in common that a spare can become: the same code, release and memory bounds. */
export type SpareKind = Pick<Launch, 'release' | 'command' | 'args' | 'cwd'> &
  Required<Pick<Launch, 'scratch'>>;

export interface SparePoolOptions {
  /** How many of each kind. */
  readonly count: number;
  readonly logFile: string;
  readonly pidFile: string;
  readonly report: Report;
  /** Between the use of one and the making of the next: a tenant that starts needs the machine more. Default 2 s. */
  readonly restockMs?: number;
}

interface Shelf {
  readonly kind: SpareKind;
  readonly ready: ChildProcess[];
  booting: number;
  failures: number;
}

/** Tenants on one release with the same memory; more would be kept for nobody. */
const mostKinds = 3;
const mostFailures = 3;
const defaultRestockMs = 2_000;
const patienceMs = 5_000;

/** Processes that have booted without a tenant and wait for one. */
export class SparePool {
  /** The kind used last is the last one. */
  readonly #shelves = new Map<string, Shelf>();
  readonly #living = new Set<ChildProcess>();
  #isOver = false;

  constructor(private readonly options: SparePoolOptions) {}

  /** How many wait. */
  get readyCount(): number {
    return [...this.#shelves.values()].reduce((sum, { ready }) => sum + ready.length, 0);
  }

  /** Keeps some of this kind from now on. */
  stock(kind: SpareKind): void {
    if (this.#isOver) return;
    this.#fill(this.#shelfOf(kind));
  }

  /**
   * One that becomes the tenant of this launch, when there is one. It is the tenant's process from then on, as if it
   * had just been spawned.
   */
  take(launch: Launch): ChildProcess | undefined {
    const { scratch } = launch;
    if (scratch === undefined || this.#isOver) return undefined;
    const shelf = this.#shelfOf({ ...launch, scratch });
    // Opened by us, so that it exists with our mode; a child that runs cannot be given a descriptor any more.
    closeSync(withRunFile(launch.tenant, launch.logFile, () => openLog(launch.logFile)));
    const child = shelf.ready.shift();
    setTimeout(() => this.#fill(shelf), this.options.restockMs ?? defaultRestockMs).unref();
    if (child === undefined) return undefined;
    this.#forget(child);
    child.send({ type: 'become', env: launch.env, logFile: launch.logFile }, () => undefined);
    return child;
  }

  /** Resolves when all of them are gone. */
  async close(): Promise<void> {
    this.#isOver = true;
    await Promise.all([...this.#living].map(end));
  }

  #shelfOf({ release, command, args, cwd, scratch }: SpareKind): Shelf {
    const key = JSON.stringify([release, command, args, cwd]);
    const kind: SpareKind = { release, command, args, cwd, scratch };
    const shelf: Shelf = this.#shelves.get(key) ?? { kind, ready: [], booting: 0, failures: 0 };
    this.#shelves.delete(key);
    this.#shelves.set(key, shelf);
    for (const [oldest, { ready }] of this.#shelves) {
      if (this.#shelves.size <= mostKinds) break;
      for (const child of ready) child.kill('SIGTERM');
      this.#shelves.delete(oldest);
    }
    return shelf;
  }

  #fill(shelf: Shelf): void {
    const isKept = [...this.#shelves.values()].includes(shelf);
    if (this.#isOver || !isKept || shelf.failures >= mostFailures || shelf.booting > 0) return;
    if (shelf.ready.length >= this.options.count) return;
    shelf.booting += 1;
    // One after the other: they are for later.
    this.#make(shelf)
      .then(
        () => (shelf.failures = 0),
        (error: unknown) => this.#failed(shelf, error),
      )
      .finally(() => {
        shelf.booting -= 1;
        this.#fill(shelf);
      });
  }

  #failed(shelf: Shelf, error: unknown): void {
    shelf.failures += 1;
    if (this.#isOver) return;
    const outlook =
      shelf.failures >= mostFailures ? 'Tenants of this kind start without.' : 'It is tried again.';
    this.options.report(`spares: ${errorText(error)} ${outlook}`);
  }

  async #make(shelf: Shelf): Promise<void> {
    const env = await shelf.kind.scratch();
    if (this.#isOver) return;
    const child = this.#spawn(shelf.kind, env);
    this.#living.add(child);
    child.once('exit', () => {
      this.#forget(child);
      const at = shelf.ready.indexOf(child);
      if (at < 0) return;
      shelf.ready.splice(at, 1);
      this.#fill(shelf);
    });
    try {
      this.#record();
    } catch (error) {
      // A later supervisor would know nothing of it.
      child.kill('SIGTERM');
      throw error;
    }
    await untilReady(child, this.options.logFile);
    shelf.ready.push(child);
  }

  #spawn({ command, args, cwd }: SpareKind, env: Readonly<Record<string, string>>): ChildProcess {
    const log = openLog(this.options.logFile);
    try {
      return spawn(command, args, {
        ...{ cwd, env: { ...env, TENANTRY_SPARE: '1' }, detached: true },
        stdio: ['ignore', log, log, 'ipc'],
      });
    } finally {
      closeSync(log);
    }
  }

  #forget(child: ChildProcess): void {
    this.#living.delete(child);
    try {
      this.#record();
    } catch {
      // On a full disk the file goes on to name it. Whoever reads it ends it, as every process of a killed supervisor.
    }
  }

  /** For a later supervisor, should this one be killed. */
  #record(): void {
    const recorded = [...this.#living].flatMap(({ pid }) => {
      const startTime = pid === undefined ? undefined : processStartTime(pid);
      return pid === undefined || startTime === undefined ? [] : [{ pid, startTime }];
    });
    writePidFile(this.options.pidFile, recorded);
  }
}

/** They serve nobody: what does not go by itself in time is ended. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await ended;
  clearTimeout(timer);
}

function untilReady(child: ChildProcess, logFile: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`one ended while it booted, exit ${code}: look at ${logFile}.`)),
    );
  });
}
