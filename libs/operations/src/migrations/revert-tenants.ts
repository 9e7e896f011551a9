import { UsageError, type TenantName } from '#libs/settings';
import {
  type AppliedMigration,
  MigrationRefused,
  type RevertInput,
  planReversion,
  revertDatabase,
} from '#libs/database';
import type { Dependencies } from '../dependencies.js';
import type { FleetOutcome } from '../outcome.js';
import { type RunRecord, readRun } from '../runs/run-record.js';
import { type TargetSelection, selectTenants } from '../targets.js';
import type { FleetDatabases, ReachedTenant } from './fleet-databases.js';
import { type DownOptions, defaultLockTimeoutMs, defaultLockWaitSeconds } from './migrate-options.js';
import { openDatabases, reportMigration, requireConfirmed } from './migrate-tenants.js';
import { type Performance, performMigrations } from './perform-migrations.js';
import { lookAtEach, planTenants } from './plan-tenants.js';

export interface DownRequest extends DownOptions {
  readonly targets: TargetSelection;
  readonly plan: boolean;
  readonly confirm?: string | undefined;
}

export interface UndoRequest extends DownOptions {
  readonly run: string;
  readonly plan: boolean;
  readonly confirm?: string | undefined;
}

/** Takes the last migrations of tenants back by their `down`. Refused for all where it is refused for one. */
export async function migrateDown(dependencies: Dependencies, request: DownRequest): Promise<FleetOutcome> {
  const { targets, plan, confirm, ...options } = request;
  if (!((options.steps ?? 0) > 0)) {
    throw new UsageError('migrate down: expected how many migrations to take back, found none.', {
      hint: 'Say it with --steps 1.',
    });
  }
  const tenants = await selectTenants(dependencies, targets);
  const databases = await openDatabases(dependencies, options.release);
  const choose = lastOf(options.steps ?? 0);
  return revert(dependencies, {
    ...{ databases, tenants, plan, confirm, verb: 'migrate down', options },
    chooseFor: () => choose,
  });
}

/** Takes back what one run applied, where it did, and nothing else. */
export async function undoRun(dependencies: Dependencies, request: UndoRequest): Promise<FleetOutcome> {
  const { run, plan, confirm, ...options } = request;
  const record = readRun(dependencies.home.paths, run);
  requireMigrated(record);
  const databases = await openDatabases(dependencies, options.release);
  const choose = ofRun(run);
  return revert(dependencies, {
    ...{ databases, plan, confirm, verb: 'migrate undo' },
    tenants: tenantsOf(record, databases),
    options: { ...options, undoes: run },
    chooseFor: () => choose,
  });
}

type Choose = RevertInput['choose'];

export interface Reversion {
  readonly databases: FleetDatabases;
  readonly tenants: readonly TenantName[];
  readonly plan: boolean;
  readonly confirm: string | undefined;
  readonly verb: 'migrate down' | 'migrate undo';
  readonly options: DownOptions;
  readonly chooseFor: (tenant: TenantName) => Choose;
}

async function revert(dependencies: Dependencies, reversion: Reversion): Promise<FleetOutcome> {
  const { databases, tenants, options, verb, chooseFor } = reversion;
  const look = async ({ loaded, db, identity, of }: ReachedTenant): Promise<Looked> => {
    const choose = chooseFor(loaded.tenant);
    const { migrations } = of.application;
    const { chosen, head } = await planReversion({ db, identity, migrations, choose });
    return { names: chosen, head };
  };
  const wouldDo = 'would take back';
  if (reversion.plan) return planTenants(dependencies, { databases, tenants, look, wouldDo });
  const meant = await refuseFirst(dependencies, { databases, tenants, look });
  requireConfirmed(meant, reversion.confirm, 'take migrations back');
  return performMigrations(dependencies, {
    ...{ databases, verb, tenants: meant, options },
    acts: downActs(dependencies, options, chooseFor),
  });
}

interface Looked {
  readonly names: string[];
  readonly head: string | null;
}

/**
 * The tenants that have something to take back, or could not be asked. What is irreversible for one of them is found
 * before anything was done to another.
 */
async function refuseFirst(
  dependencies: Dependencies,
  input: Parameters<typeof lookAtEach>[1],
): Promise<TenantName[]> {
  const refused: MigrationRefused[] = [];
  const looked = await lookAtEach(dependencies, input, (error) => {
    if (error instanceof MigrationRefused) refused.push(error);
  });
  const [first] = refused;
  const idle = new Set(looked.flatMap(({ name, pending, error }) => (isEmpty(pending, error) ? [name] : [])));
  if (first === undefined) return input.tenants.filter((tenant) => !idle.has(tenant));
  for (const { message } of refused.slice(1)) dependencies.report.failed(message);
  throw first;
}

function isEmpty(pending: unknown, error: string | null): boolean {
  return error === null && Array.isArray(pending) && pending.length === 0;
}

/** What a run that goes back does in each database. */
export function downActs(
  dependencies: Dependencies,
  options: DownOptions,
  chooseFor: (tenant: TenantName) => Choose,
): Performance['acts'] {
  return (run) => ({
    named: new Set<string>(),
    words: { done: 'migrations taken back', failed: 'taking back failed', verb: 'taken back' },
    perform: async ({ loaded, db, identity, of }, notes) => {
      const { reverted, head } = await revertDatabase({
        ...{ db, identity, migrations: of.application.migrations, runId: run },
        choose: chooseFor(loaded.tenant),
        lockWaitMs: (options.lockWaitSeconds ?? defaultLockWaitSeconds) * 1000,
        lockTimeoutMs: options.lockTimeoutMs ?? defaultLockTimeoutMs,
        statementTimeoutMs: options.statementTimeoutMs,
        signal: dependencies.signal,
        report: (event) => reportMigration(notes.progress, loaded.tenant, event),
        onDecided: (names) => notes.begun(names),
      });
      return { applied: reverted, head };
    },
  });
}

export function lastOf(steps: number): Choose {
  return (applied) => namesOf(applied.slice(-steps));
}

export function ofRun(run: string): Choose {
  return (applied) => namesOf(applied.filter((each) => each.run === run));
}

/** Those of a list that are still there: where a run that goes back was cut off, it does not go back further. */
export function stillThere(names: readonly string[]): Choose {
  return (applied) => namesOf(applied.filter(({ name }) => names.includes(name)));
}

function namesOf(applied: readonly AppliedMigration[]): string[] {
  return applied.map(({ name }) => name);
}

function requireMigrated({ start: { run, verb } }: RunRecord): void {
  if (verb === 'migrate') return;
  throw new UsageError(`run ${run}: is a \`${verb}\`, which cannot be undone.`, {
    hint:
      verb === 'tenant create'
        ? 'Remove a tenant with `tenantry tenant delete`.'
        : 'Apply the migrations again with `tenantry migrate`.',
  });
}

/** Only those that the run began to write to. A tenant that is no more has nothing to take back. */
function tenantsOf({ begun }: RunRecord, { fleet }: FleetDatabases): TenantName[] {
  const all = [...fleet.loaded.keys(), ...fleet.broken.keys()];
  return all.filter((tenant) => begun.has(tenant)).toSorted();
}
