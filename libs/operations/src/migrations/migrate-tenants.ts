import { RefusedError, type TenantName } from '#libs/settings';
import { isTooLow, type MigrationEvent, migrateDatabase, planMigration } from '#libs/database';
import type { Dependencies } from '../dependencies.js';
import { type FleetOutcome, errorText } from '../outcome.js';
import type { Progress, TenantNotes } from '../runs/fleet-run.js';
import { refreshSettingsSchemas } from '../settings/settings-schema.js';
import { connectionLimit, renewConnectionLimit } from '../tenants/connection-limit.js';
import { type TargetSelection, selectTenants } from '../targets.js';
import type { OwnRelease } from '../releases/release-of.js';
import { FleetDatabases, type ReachedTenant, releaseNamed } from './fleet-databases.js';
import { lintRelease } from './lint-release.js';
import { type UpOptions, defaultLockTimeoutMs, defaultLockWaitSeconds } from './migrate-options.js';
import { type Performance, performMigrations } from './perform-migrations.js';
import { planTenants } from './plan-tenants.js';
import type { Acted } from './tenant-act.js';

export interface MigrateRequest extends UpOptions {
  readonly targets: TargetSelection;
  readonly plan: boolean;
  /** As typed: what changes many tenants in a way that is hard to take back wants their number. */
  readonly confirm?: string | undefined;
  /** Called at each step by its name, so that a test can end the process at every one of them. */
  readonly onStep?: ((step: string) => void) | undefined;
}

export class NotConfirmed extends RefusedError {
  override readonly code = 'NOT_CONFIRMED';
}

/**
 * Brings the tenants' schemas to the head of the release. A tenant is done when its head was read back from its
 * database; one that fails stops no other. With `plan` nothing is written, and the pending migrations are listed.
 */
export async function migrateTenants(
  dependencies: Dependencies,
  request: MigrateRequest,
): Promise<FleetOutcome> {
  const { targets, plan, confirm, onStep, ...options } = request;
  const tenants = await selectTenants(dependencies, targets);
  // One that is pinned is brought only as far as the release that it runs.
  const databases = await openDatabases(dependencies, options.release, ['pinned']);
  if (plan) return plannedUp(dependencies, { databases, tenants, options });
  if (options.isFake) requireConfirmed(tenants, confirm, 'record migrations without running them');
  const outcome = await performMigrations(dependencies, {
    ...{ databases, verb: 'migrate', tenants, options },
    acts: upActs(dependencies, options, { named: new Set(targets.names), databases, onStep }),
  });
  await refreshSettingsSchemas(dependencies);
  return outcome;
}

export async function openDatabases(
  dependencies: Dependencies,
  release: string | undefined,
  except: readonly OwnRelease['why'][] = [],
): Promise<FleetDatabases> {
  return FleetDatabases.open(
    dependencies,
    release === undefined ? undefined : releaseNamed(dependencies, release),
    except,
  );
}

/** @throws NotConfirmed (exit 4) unless one tenant is meant, or their number was typed, or `all`. */
export function requireConfirmed(
  tenants: readonly TenantName[],
  confirm: string | undefined,
  what: string,
): void {
  const count = String(tenants.length);
  if (tenants.length < 2 || confirm === count || confirm === 'all') return;
  const found = confirm === undefined ? 'nothing' : `"${confirm}"`;
  throw new NotConfirmed(
    `${what} for ${count} tenants: expected their number to confirm, found ${found}. Nothing was written.`,
    { hint: `If you mean it, add --confirm ${count}, or --confirm all.` },
  );
}

function plannedUp(
  dependencies: Dependencies,
  {
    databases,
    tenants,
    options,
  }: { databases: FleetDatabases; tenants: readonly TenantName[]; options: UpOptions },
): Promise<FleetOutcome> {
  const { release } = options;
  return planTenants(dependencies, {
    ...{ databases, tenants, look: (reached) => look(reached, options) },
    lint: async (names) => {
      if (names.size === 0) return [];
      try {
        return (await lintRelease(dependencies, { release, names })).findings;
      } catch (error) {
        dependencies.report.warn(`the migrations were not linted: ${errorText(error)}`);
        return [];
      }
    },
  });
}

async function look(
  { db, identity, of }: ReachedTenant,
  { allow, to }: UpOptions,
): Promise<{ names: string[]; head: string | null }> {
  const { migrations } = of.application;
  const { pending, head } = await planMigration({ db, identity, migrations, hashes: of.hashes, allow, to });
  return { names: pending, head };
}

export interface UpSurroundings {
  readonly named: ReadonlySet<string>;
  readonly databases: FleetDatabases;
  readonly onStep?: MigrateRequest['onStep'];
}

/** What a run that migrates does in each database. */
export function upActs(
  dependencies: Dependencies,
  options: UpOptions,
  { named, databases, onStep }: UpSurroundings,
): Performance['acts'] {
  return (run) => ({
    named,
    words: { done: 'migrated', failed: 'migration failed', verb: options.isFake ? 'recorded' : 'applied' },
    perform: (reached, notes) =>
      migrateOne(dependencies, { reached, notes, databases, options, run, onStep }),
  });
}

interface One {
  readonly databases: FleetDatabases;
  readonly reached: ReachedTenant;
  readonly notes: TenantNotes;
  readonly options: UpOptions;
  readonly run: string;
  readonly onStep: MigrateRequest['onStep'];
}

async function migrateOne(dependencies: Dependencies, one: One): Promise<Acted> {
  const { reached, notes, options, onStep } = one;
  const { loaded, db, identity, of } = reached;
  const { applied, head } = await migrateDatabase({
    ...{ db, identity, migrations: of.application.migrations, hashes: of.hashes },
    ...{ runId: one.run, signal: dependencies.signal, onStep },
    ...{ to: options.to, isFake: options.isFake, allow: options.allow },
    lockWaitMs: (options.lockWaitSeconds ?? defaultLockWaitSeconds) * 1000,
    lockTimeoutMs: options.lockTimeoutMs ?? defaultLockTimeoutMs,
    statementTimeoutMs: options.statementTimeoutMs,
    report: (event) => reportMigration(notes.progress, loaded.tenant, event),
    onDecided: async (names) => {
      await notes.begun(names);
      notes.tell({ event: 'migration started', migrations: names });
      onStep?.('begun');
    },
  });
  if (isTooLow(await one.databases.connectionLimitOf(db), connectionLimit(loaded)))
    await renewConnectionLimit(dependencies, { loaded, db, identity });
  return { applied, head };
}

export function reportMigration(progress: Progress, tenant: TenantName, event: MigrationEvent): void {
  const { migration, state, elapsedMs } = event;
  if (state === 'started') progress.at(migration);
  if (state === 'applied') progress.step(`${tenant}: ${migration} in ${elapsedMs.toFixed(0)} ms`);
}
