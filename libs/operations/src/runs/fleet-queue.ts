import type { TenantName } from '#libs/settings';
import { type TenantOutcome, forEachOf } from '../outcome.js';
import { type Report, type TaskEnd, withTasks } from '../report.js';

/** A group of tenants that share a server, and how many of them may be worked on at a time. */
export interface Lane {
  readonly tenants: readonly TenantName[];
  readonly width: number;
}

export interface QueueInput {
  /** In this order: a wave begins when the one before has ended. */
  readonly waves: readonly (readonly Lane[])[];
  readonly signal: AbortSignal;
  /** Stops the queue when so many have failed; undefined: never. */
  readonly maxFailures: number | undefined;
  /** Never throws for a reason of the tenant's own: what it throws stops the queue. */
  readonly act: (tenant: TenantName) => Promise<TenantOutcome>;
  /** After each wave but the last; what it throws stops the queue. */
  readonly between: (wave: number, outcomes: readonly TenantOutcome[]) => Promise<void>;
  readonly onEnd: (outcome: TenantOutcome) => Promise<void>;
}

export interface QueueResult {
  readonly outcomes: readonly TenantOutcome[];
  /** Why not all were reached; an error that stopped the queue, to be thrown when all is written down. */
  readonly stoppedBy: unknown;
}

/** Works through the waves. Each tenant ends with an outcome, `not reached` where the queue was stopped before. */
export async function workThrough(input: QueueInput): Promise<QueueResult> {
  const queue = new Queue(input);
  for (const [index, wave] of input.waves.entries()) {
    await Promise.all(wave.map((lane) => queue.run(lane)));
    if (index < input.waves.length - 1) await queue.pause(index + 1);
  }
  return { outcomes: queue.outcomes, stoppedBy: queue.stoppedBy };
}

/** For verbs that only look: all lanes at once, nothing stops it, and a terminal shows how far it is. */
export function lookThrough(
  report: Report,
  lanes: readonly Lane[],
  look: (tenant: TenantName) => Promise<TaskEnd>,
): Promise<void> {
  const total = lanes.reduce((sum, { tenants }) => sum + tenants.length, 0);
  return withTasks(report, total, async (tasks) => {
    const lookAt = async (tenant: TenantName): Promise<void> => {
      tasks?.begin(tenant);
      const state = await look(tenant);
      tasks?.end(tenant, state);
    };
    await Promise.all(lanes.map(({ tenants, width }) => forEachOf(tenants, width, lookAt)));
  });
}

class Queue {
  readonly outcomes: TenantOutcome[] = [];
  stoppedBy: unknown;
  #failures = 0;

  constructor(private readonly input: QueueInput) {}

  async run({ tenants, width }: Lane): Promise<void> {
    await forEachOf(tenants, width, async (tenant) => {
      const why = this.#whyStopped();
      const outcome = why === undefined ? await this.#act(tenant) : notReached(tenant, why);
      this.outcomes.push(outcome);
      if (outcome.state === 'failed') this.#failures += 1;
    });
  }

  async pause(wave: number): Promise<void> {
    if (this.#whyStopped() !== undefined) return;
    try {
      await this.input.between(wave, this.outcomes);
    } catch (error) {
      this.stoppedBy ??= error;
    }
  }

  async #act(tenant: TenantName): Promise<TenantOutcome> {
    let outcome: TenantOutcome | undefined;
    try {
      outcome = await this.input.act(tenant);
      await this.input.onEnd(outcome);
    } catch (error) {
      this.stoppedBy ??= error;
    }
    return outcome ?? notReached(tenant, reasonOf(this.stoppedBy));
  }

  #whyStopped(): string | undefined {
    if (this.stoppedBy !== undefined) return reasonOf(this.stoppedBy);
    if (this.input.signal.aborted) return 'interrupted';
    const { maxFailures } = this.input;
    return maxFailures !== undefined && this.#failures > maxFailures
      ? `stopped after ${this.#failures} failures`
      : undefined;
  }
}

export function notReached(name: TenantName, why: string): TenantOutcome {
  return { name, state: 'not reached', applied: [], head: null, error: null, why };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
