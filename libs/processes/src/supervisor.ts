import { EventEmitter } from 'node:events';
import { errorText } from './error-code.js';
import { StartInterrupted, TenantUnavailable } from './errors.js';
import type { Launch, ProcessStatus, Report, Upstream } from './launch.js';
import { type Spawn, spawnTenant } from './spawn-tenant.js';
import { type SpareKind, SparePool, type SparePoolOptions } from './spares/spare-pool.js';
import { SupervisedTenant } from './supervised-tenant.js';

export interface SupervisorOptions {
  /** Reads settings and decides the command, anew for each start; a SettingsError or RefusedError makes the tenant `refused`. */
  prepare(tenant: string): Promise<Launch>;
  /** Whether a request may start a tenant that nobody has started or stopped here yet. Default: none. */
  startsOnRequest?(tenant: string): boolean;
  /** Processes that are kept for tenants that will need one. Default: none. */
  spares?: Omit<SparePoolOptions, 'report'> | undefined;
  now(): Date;
  report: Report;
  /** So long must a process live before its next crash counts as a first one. Default 30 s. */
  stabilityMs?: number;
  /** A log grows to about this, then its content moves to `<log>.1`. Default 10 MB. */
  logBytes?: number;
  /** So often their sizes are looked at. Default 10 s. */
  logCheckMs?: number;
}

export interface SupervisorEvents {
  change: [ProcessStatus];
}

const logCheckMs = 10_000;

/** Starts, watches, restarts and stops the processes of many tenants; what happens to one touches no other. */
export class Supervisor {
  readonly events = new EventEmitter<SupervisorEvents>();
  readonly #tenants = new Map<string, SupervisedTenant>();
  readonly #logCheck: NodeJS.Timeout;
  readonly #spares: SparePool | undefined;
  /** Tenants whose log could not be moved aside when it was last tried. */
  readonly #unrotated = new Set<string>();
  #isOver = false;

  constructor(private readonly options: SupervisorOptions) {
    const { spares, report } = options;
    this.#spares = spares && new SparePool({ ...spares, report });
    const logBytes = options.logBytes ?? 10 * 1024 * 1024;
    this.#logCheck = setInterval(() => this.#rotateLogs(logBytes), options.logCheckMs ?? logCheckMs).unref();
  }

  /** Resolves when it runs; throws TenantRefused, TenantStartFailed, or what `prepare` threw. A crash is tried again by itself. */
  async start(tenant: string): Promise<ProcessStatus> {
    return this.#startable(tenant).start();
  }

  /** Its first request starts it, unless it runs already. Throws StartInterrupted. */
  async startLater(tenant: string): Promise<ProcessStatus> {
    return this.#startable(tenant).startLater();
  }

  /** Resolves when its processes have drained, or were killed after their drain timeout. */
  stop(tenant: string): Promise<ProcessStatus> {
    return this.#tenant(tenant).stop();
  }

  /** A new process first, then the old one drains; when the new one fails, the old one goes on and this throws. */
  async restart(tenant: string): Promise<ProcessStatus> {
    return this.#startable(tenant).restart();
  }

  /** For good: what is to be started from now on throws StartInterrupted. */
  async stopAll(): Promise<void> {
    this.#isOver = true;
    clearInterval(this.#logCheck);
    const stops = [...this.#tenants.values()].map((tenant) => tenant.stop());
    await Promise.all([...stops, this.#spares?.close()]);
  }

  /** Keeps spares of this kind, if any are to be kept, before the first tenant is started. */
  stockSpares(kind: SpareKind): void {
    this.#spares?.stock(kind);
  }

  /** So many spares wait for a tenant. */
  get spareCount(): number {
    return this.#spares?.readyCount ?? 0;
  }

  /** Of all that were ever started here, by name. */
  status(): ProcessStatus[] {
    return [...this.#tenants.values()]
      .map((tenant) => tenant.status())
      .sort((one, other) => (one.tenant < other.tenant ? -1 : 1));
  }

  /** Waits while the tenant starts; throws TenantUnavailable when waiting cannot help. */
  async upstream(name: string): Promise<Upstream> {
    const known = this.#tenants.get(name);
    if (known !== undefined) return known.upstream();
    const isStarted = !this.#isOver && this.options.startsOnRequest?.(name) === true;
    if (!isStarted) throw new TenantUnavailable(name, 'stopped', 60);
    const tenant = this.#tenant(name);
    tenant.startLater();
    return tenant.upstream();
  }

  readonly #spawn: Spawn = (launch, { port, mayBeSpare }) => {
    // A process that runs cannot be given a descriptor any more.
    const spare = mayBeSpare && port === undefined ? this.#spares?.take(launch) : undefined;
    return spare === undefined
      ? { child: spawnTenant(launch, port), isSpare: false }
      : { child: spare, isSpare: true };
  };

  #rotateLogs(logBytes: number): void {
    for (const tenant of this.#tenants.values()) {
      try {
        tenant.rotateLog(logBytes);
        this.#unrotated.delete(tenant.tenant);
      } catch (error) {
        // A full disk must not end the supervisor, and every tenant with it. Said once, not at each look.
        if (this.#unrotated.has(tenant.tenant)) continue;
        this.#unrotated.add(tenant.tenant);
        this.options.report(`${tenant.tenant}: its log cannot be moved aside: ${errorText(error)}.`);
      }
    }
  }

  /** A command, or a start that waited for its turn, can come after the end: its process would be nobody's to stop. */
  #startable(name: string): SupervisedTenant {
    if (!this.#isOver) return this.#tenant(name);
    throw new StartInterrupted(`${name}: not started, because its supervisor is ending.`, { tenant: name });
  }

  #tenant(name: string): SupervisedTenant {
    const known = this.#tenants.get(name);
    if (known !== undefined) return known;
    const tenant = new SupervisedTenant(name, {
      prepare: (tenantName) => this.options.prepare(tenantName),
      spawn: this.#spawn,
      now: () => this.options.now(),
      report: (message) => this.options.report(message),
      changed: (status) => void this.events.emit('change', status),
      stabilityMs: this.options.stabilityMs ?? 30_000,
    });
    this.#tenants.set(name, tenant);
    return tenant;
  }
}
