import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TenantryError, type TenantName } from '#libs/settings';
import {
  MigrationCutOff,
  MigrationInterrupted,
  PostgresUnreachable,
  TooManyConnections,
} from '#libs/database';
import type { Dependencies } from '../dependencies.js';
import { type TenantOutcome, errorText, failureOf } from '../outcome.js';
import { type TenantNotes, StateUnwritable } from '../runs/fleet-run.js';
import { notReached } from '../runs/fleet-queue.js';
import { NotCreated } from '../tenants/created.js';
import type { FleetDatabases, ReachedTenant } from './fleet-databases.js';
import { type RunOptions, defaultLockWaitSeconds } from './migrate-options.js';

/** What was done in one database. */
export interface Acted {
  /** Names, in the order in which they ran. */
  readonly applied: readonly string[];
  readonly head: string | null;
}

export interface TenantActs {
  readonly dependencies: Dependencies;
  readonly databases: FleetDatabases;
  readonly options: RunOptions;
  /** Typed by name: what would be skipped in `--all` is an error then. */
  readonly named: ReadonlySet<string>;
  readonly words: ActWords;
  readonly perform: (reached: ReachedTenant, notes: TenantNotes) => Promise<Acted>;
  readonly onError: (error: unknown) => void;
}

/** How the timeline calls it. */
export interface ActWords {
  readonly done: string;
  readonly failed: string;
  /** `2 applied`. */
  readonly verb: string;
}

const retryAfterMs = [500, 1000, 2000];
const roomPollMs = 250;

/**
 * Acts on one tenant after the other and makes an outcome of whatever happens; only what concerns all of them is
 * thrown. A server that does not answer after some tries is not tried for each of its tenants again.
 */
export class TenantActor {
  readonly #down = new Map<string, string>();

  constructor(private readonly acts: TenantActs) {}

  async act(tenant: TenantName, notes: TenantNotes): Promise<TenantOutcome> {
    if (!existsSync(join(this.acts.dependencies.home.paths.tenants, tenant))) return dropped(tenant);
    const start = performance.now();
    const elapsed = (): { elapsedMs: number } => ({ elapsedMs: Math.round(performance.now() - start) });
    const down = this.#down.get(this.#serverOf(tenant));
    if (down !== undefined) return notReached(tenant, down);
    try {
      const { applied, head } = await this.#patiently(tenant, notes);
      if (applied.length > 0) notes.tell({ event: this.acts.words.done, applied, head });
      this.#report(notes, tenant, { applied, head });
      return { name: tenant, state: 'done', applied, head, error: null, ...elapsed() };
    } catch (error) {
      if (error instanceof StateUnwritable) throw error;
      return { ...this.#outcomeOf(tenant, error, notes), ...elapsed() };
    }
  }

  /** Tries again where the server restarts or is full; each try begins with a look, so nothing runs twice. */
  async #patiently(tenant: TenantName, notes: TenantNotes): Promise<Acted> {
    const { signal } = this.acts.dependencies;
    const waitMs = (this.acts.options.lockWaitSeconds ?? defaultLockWaitSeconds) * 1000;
    for (let attempt = 0, waitedMs = 0; ; attempt += 1) {
      try {
        return await this.acts.perform(await this.acts.databases.reach(tenant), notes);
      } catch (error) {
        const delayMs = this.#delayAfter(tenant, error, { attempt, leftMs: waitMs - waitedMs });
        if (delayMs === undefined || signal.aborted) throw error;
        waitedMs += delayMs;
        await sleep(delayMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  #delayAfter(
    tenant: TenantName,
    error: unknown,
    { attempt, leftMs }: { attempt: number; leftMs: number },
  ): number | undefined {
    if (error instanceof TooManyConnections) return leftMs > 0 ? roomPollMs : undefined;
    if (!isUnreachable(error)) return undefined;
    if (this.#down.has(this.#serverOf(tenant))) return undefined;
    const delayMs = retryAfterMs[attempt];
    if (delayMs === undefined) this.#down.set(this.#serverOf(tenant), error.message);
    return delayMs;
  }

  #outcomeOf(tenant: TenantName, error: unknown, notes: TenantNotes): TenantOutcome {
    const { onError, named, words, dependencies } = this.acts;
    if (error instanceof NotCreated && !named.has(tenant)) {
      const why = 'it has no database yet';
      dependencies.report.warn(`${tenant}: skipped: ${why}.`);
      return { name: tenant, state: 'skipped', applied: [], head: null, error: null, why };
    }
    onError(error);
    const applied = appliedBefore(error);
    dependencies.report.failed(failureOf(tenant, error));
    if (applied.length > 0 || !isUnreachable(error))
      notes.tell({ event: words.failed, error: errorText(error), applied });
    const isMissed = isUnreachable(error) || error instanceof MigrationInterrupted;
    const state = isMissed ? 'not reached' : 'failed';
    const code = error instanceof TenantryError ? error.code : 'BUG';
    const why = isMissed ? { why: errorText(error) } : {};
    return { name: tenant, state, applied, head: null, error: errorText(error), code, ...why };
  }

  #report({ progress }: TenantNotes, tenant: TenantName, { applied, head }: Acted): void {
    const what = applied.length > 0 ? `${applied.length} ${this.acts.words.verb}` : 'nothing to do';
    progress.done(`${tenant}: ${what}, head ${head ?? 'none'}`);
  }

  #serverOf(tenant: TenantName): string {
    return this.acts.databases.fleet.loaded.get(tenant)?.settings.database.server ?? '';
  }
}

function dropped(name: TenantName): TenantOutcome {
  return { name, state: 'skipped', applied: [], head: null, error: null, why: 'dropped meanwhile' };
}

/** Not while a migration ran: then something was reached. */
function isUnreachable(error: unknown): error is PostgresUnreachable {
  return error instanceof PostgresUnreachable && !(error instanceof MigrationCutOff);
}

function appliedBefore(error: unknown): readonly string[] {
  const isTelling = typeof error === 'object' && error !== null && 'applied' in error;
  return isTelling && Array.isArray(error.applied) ? (error.applied as string[]) : [];
}
