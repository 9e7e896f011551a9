import type { ChildProcess } from 'node:child_process';
import { exitCodes } from '#libs/settings';
import type { Address } from './address.js';
import { TenantRefused, TenantStartFailed } from './errors.js';
import type { Launch } from './launch.js';
import type { RecordedProcess } from './pid-file.js';
import { findLastWords } from './last-words.js';
import { processStartTime } from './process-table.js';
import { withRunFile } from './run-files.js';
import type { Spawn } from './spawn-tenant.js';
import { logSize, readLogSince } from './tenant-log.js';
import type { TenantPort } from './tenant-port.js';

/** How a process ended; `lastLine` is what it had to say about it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lastLine: string | undefined;
}

/** What tells a process from the tenant's others. */
export interface Place {
  readonly generation: number;
  readonly startedAt: Date;
  /** The port that it inherits; `undefined` when it listens on a Unix socket. */
  readonly port: TenantPort | undefined;
  readonly mayBeSpare: boolean;
}

/** One operating system process of a tenant, from spawn to exit. */
export class TenantProcess {
  readonly exited: Promise<Exit>;
  readonly generation: number;
  readonly startedAt: Date;
  readonly port: TenantPort | undefined;
  /** It was there before it had a tenant. */
  readonly isSpare: boolean;
  readonly #child: ChildProcess;
  readonly #launch: Launch;
  readonly #record: RecordedProcess | undefined;
  #stopping: Promise<Exit> | undefined;
  #isIdle = false;
  #idled = (): void => undefined;

  constructor(launch: Launch, { generation, startedAt, port, mayBeSpare }: Place, spawn: Spawn) {
    this.generation = generation;
    this.startedAt = startedAt;
    this.port = port;
    const logStart = withRunFile(launch.tenant, launch.logFile, () => logSize(launch.logFile));
    this.#launch = launch;
    const { child, isSpare } = spawn(launch, { port, mayBeSpare });
    this.#child = child;
    this.isSpare = isSpare;
    this.#child.on('message', (message: unknown) => this.#hear(typeOf(message)));
    const startTime = this.#child.pid === undefined ? undefined : processStartTime(this.#child.pid);
    this.#record = startTime === undefined ? undefined : { pid: this.pid, startTime };
    this.exited = waitForExit(this.#child, () => readLogSince(launch.logFile, logStart));
  }

  /** 0 when it could not even be spawned. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get release(): string {
    return this.#launch.release;
  }

  get address(): Address {
    return this.#launch.address;
  }

  /** What a later supervisor recognises it by. */
  get record(): RecordedProcess[] {
    return this.#record === undefined ? [] : [this.#record];
  }

  /** Resolves when it says that it listens. Ends it when that takes too long. Throws TenantRefused or TenantStartFailed. */
  async ready(): Promise<void> {
    const { startTimeoutMs, tenant } = this.#launch;
    const outcome = await firstOf<'ready' | Exit>(startTimeoutMs, waitForReady(this.#child), this.exited);
    if (outcome === 'ready') return;
    if (outcome !== 'too late') throw startFailure(tenant, outcome);
    // A process that hangs at boot has nothing to drain.
    this.#kill();
    const { lastLine } = await this.exited;
    throw new TenantStartFailed(
      `${tenant}: the process was not ready after ${startTimeoutMs / 1000} s${quote(lastLine)}.`,
      { tenant, hint: `Look at \`tenantry logs ${tenant}\`, or raise process.startTimeout.` },
    );
  }

  /** Whether it said last that it has had nothing to do for as long as its settings say. */
  get isIdle(): boolean {
    return this.#isIdle;
  }

  /** Called each time it says so: it says so again while it stays. */
  onIdle(idled: () => void): void {
    this.#idled = idled;
  }

  /** SIGTERM; SIGKILL when it does not end within its drain timeout. */
  stop(): Promise<Exit> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  #hear(type: unknown): void {
    if (type === 'active') this.#isIdle = false;
    if (type !== 'idle') return;
    this.#isIdle = true;
    this.#idled();
  }

  async #stop(): Promise<Exit> {
    this.#child.kill('SIGTERM');
    const outcome = await firstOf(this.#launch.drainTimeoutMs, this.exited);
    if (outcome === 'too late') this.#kill();
    return this.exited;
  }

  /** Its whole group: what it may have started itself goes with it. */
  #kill(): void {
    if (this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null)
      return;
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      this.#child.kill('SIGKILL');
    }
  }
}

function typeOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'type' in message ? message.type : undefined;
}

function waitForReady(child: ChildProcess): Promise<'ready'> {
  return new Promise((resolve) => {
    child.on('message', (message: unknown) => {
      if (typeOf(message) === 'ready') resolve('ready');
    });
  });
}

function waitForExit(child: ChildProcess, log: () => Promise<string[]>): Promise<Exit> {
  return new Promise((resolve) => {
    // Also a command that cannot be run ends up as an exit; later errors (a signal not sent) change nothing.
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, lastLine: error.message });
    });
    child.once('exit', (code, signal) => {
      // Without a readable log there is nothing to quote, and it ended all the same.
      const lines = log().catch(() => []);
      resolve(lines.then((said) => ({ code, signal, lastLine: findLastWords(said) })));
    });
  });
}

function startFailure(tenant: string, exit: Exit): TenantRefused | TenantStartFailed {
  if (exit.code === exitCodes.settings) {
    return new TenantRefused(exit.lastLine ?? `${tenant}: the process refused to start (exit 78).`, {
      tenant,
      hint: `Correct it, then run \`tenantry start ${tenant}\`.`,
    });
  }
  return new TenantStartFailed(`${tenant}: the process ended before it was ready: ${describeExit(exit)}.`, {
    tenant,
    hint: `Look at \`tenantry logs ${tenant}\`.`,
  });
}

export function describeExit(exit: Exit): string {
  const how = exit.signal === null ? (exit.code === null ? 'not started' : `exit ${exit.code}`) : exit.signal;
  return `${how}${quote(exit.lastLine)}`;
}

function quote(line: string | undefined): string {
  return line === undefined ? '' : `, its last line: ${line}`;
}

async function firstOf<T>(timeoutMs: number, ...awaited: Promise<T>[]): Promise<T | 'too late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'too late'>((resolve) => {
    timer = setTimeout(() => resolve('too late'), timeoutMs);
  });
  try {
    return await Promise.race([...awaited, late]);
  } finally {
    clearTimeout(timer);
  }
}
