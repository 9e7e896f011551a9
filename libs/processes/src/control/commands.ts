import { SupervisorEnding } from '../errors.js';
import type { Supervisor } from '../supervisor.js';
import { parseTenantPath, type SupervisorStatus, type TenantVerb } from './protocol.js';

export interface CommandsOptions {
  readonly supervisor: Pick<Supervisor, TenantVerb | 'status'>;
  /** Called after `shutdown` was answered. */
  shutdown(): void;
  gateway?(): SupervisorStatus['gateway'];
  spares?(): number;
  /** Looks anew at which tenants there are. */
  reread?(): Promise<void>;
}

/** What a supervisor does when it is asked to. */
export class Commands {
  #isEnding = false;
  /** Verbs that were begun and have not ended. */
  #pending = 0;

  constructor(
    private readonly options: CommandsOptions,
    private readonly startedAt: Date,
  ) {}

  /** `undefined` for what is no command. */
  async perform(method: string | undefined, path: string): Promise<unknown> {
    if (method === 'GET' && path === '/status') return this.#status();
    if (method !== 'POST') return undefined;
    if (path === '/reread') return this.#reread();
    if (path === '/shutdown') return this.#shutDown();
    // Decided here, in one step: a start that another command asks for meanwhile must not end with us.
    if (path === '/shutdownIfIdle') return this.#isIdle() ? this.#shutDown() : this.#status();
    const command = parseTenantPath(path);
    return command === undefined ? undefined : this.#act(command);
  }

  async #act({ verb, tenant }: { verb: TenantVerb; tenant: string }): Promise<unknown> {
    if (this.#isEnding) {
      throw new SupervisorEnding(`${tenant}: nothing was done, because its supervisor is ending.`, {
        tenant,
      });
    }
    this.#pending += 1;
    try {
      return await this.options.supervisor[verb](tenant);
    } finally {
      this.#pending -= 1;
    }
  }

  async #reread(): Promise<SupervisorStatus> {
    await this.options.reread?.();
    return this.#status();
  }

  #shutDown(): SupervisorStatus {
    this.#isEnding = true;
    // After the answer is out: shutting down closes the control socket, too.
    setImmediate(() => this.options.shutdown());
    return this.#status();
  }

  #isIdle(): boolean {
    return this.#pending === 0 && this.options.supervisor.status().every(({ state }) => state === 'stopped');
  }

  #status(): SupervisorStatus {
    return {
      pid: process.pid,
      startedAt: this.startedAt.toISOString(),
      isEnding: this.#isEnding,
      gateway: this.options.gateway?.() ?? null,
      spares: this.options.spares?.() ?? 0,
      tenants: this.options.supervisor.status(),
    };
  }
}
