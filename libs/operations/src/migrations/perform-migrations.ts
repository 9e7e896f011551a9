import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { FailedError, type TenantName } from '#libs/settings';
import { runCommand } from '#libs/processes';
import type { Dependencies } from '../dependencies.js';
import type { FleetOutcome, TenantOutcome } from '../outcome.js';
import { mustBeWritable, performRun, reportUnwritable } from '../runs/fleet-run.js';
import type { RunStart, RunVerb } from '../runs/run-entries.js';
import { RunLedger } from '../runs/run-ledger.js';
import { newRunId } from '../timeline.js';
import type { FleetDatabases } from './fleet-databases.js';
import { Lanes } from './lanes.js';
import type { RunOptions } from './migrate-options.js';
import { runOutcome } from './run-outcome.js';
import { type TenantActs, TenantActor } from './tenant-act.js';
import { shareOf, toWaves } from './waves.js';

export class WaveCheckFailed extends FailedError {
  override readonly code = 'WAVE_CHECK_FAILED';
}

/** One run over tenants: new, or the rest of one that was cut off. */
export interface Performance {
  readonly databases: FleetDatabases;
  readonly verb: RunVerb;
  readonly tenants: readonly TenantName[];
  readonly options: RunOptions;
  readonly acts: (run: string) => Omit<TenantActs, 'dependencies' | 'databases' | 'options' | 'onError'>;
  /** Set where a run goes on: its record, and the outcomes that stay. */
  readonly resumed?: { readonly start: RunStart; readonly outcomes: readonly TenantOutcome[] } | undefined;
}

/** Opens the record, works through the tenants in waves, and says how each ended. */
export async function performMigrations(
  dependencies: Dependencies,
  performance: Performance,
): Promise<FleetOutcome> {
  const { databases, options, tenants, resumed } = performance;
  const run = resumed?.start.run ?? newRunId(dependencies.now());
  const ledger = await openLedger(dependencies, performance, run);
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const actor = new TenantActor({ dependencies, databases, options, onError, ...performance.acts(run) });
  const waves = await laneWaves(dependencies, performance);
  const { outcomes, stoppedBy } = await performRun(dependencies, {
    ...{ run, ledger, waves, stopping: 'migrations at work are ended first' },
    maxFailures: options.maxFailures && shareOf(options.maxFailures, tenants.length),
    between: (wave) => betweenWaves(dependencies, options, { run, wave, of: waves.length }),
    act: (tenant, notes) => actor.act(tenant, notes),
  });
  reportUnwritable(dependencies, stoppedBy);
  return runOutcome({
    ...{ run, release: releaseOf(performance, dependencies) },
    outcomes: [...(resumed?.outcomes ?? []), ...outcomes],
    firstError: errors[0] ?? stoppedBy,
    ...{ isInterrupted: dependencies.signal.aborted, canUndo: performance.verb === 'migrate' },
  });
}

/** The tenants of each wave, with who works on them. */
function laneWaves(
  dependencies: Dependencies,
  { databases, options, tenants }: Performance,
): Promise<Awaited<ReturnType<Lanes['of']>>[]> {
  const lanes = new Lanes(dependencies, databases, options.parallel);
  return Promise.all(toWaves(tenants, options.wave).map((wave) => lanes.of(wave)));
}

async function openLedger(
  dependencies: Dependencies,
  performance: Performance,
  run: string,
): Promise<RunLedger> {
  const { home, now, command } = dependencies;
  const { verb, tenants, options, databases, resumed } = performance;
  const at = now().toISOString();
  if (resumed) return mustBeWritable(home.paths, run, () => RunLedger.resume(home.paths, run, at));
  const migrations = await digestsOf(databases, tenants);
  const release = releaseOf(performance, dependencies);
  return mustBeWritable(home.paths, run, () =>
    RunLedger.start(home.paths, {
      ...{ at, run, command, verb, release, migrations, tenants },
      request: { ...options },
    }),
  );
}

function releaseOf({ options, resumed }: Performance, { release }: Dependencies): string {
  return resumed?.start.release ?? options.release ?? release.id;
}

/** By release and application: what goes on later must go on with the same migrations. */
export async function digestsOf(
  databases: FleetDatabases,
  tenants: readonly TenantName[],
): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const tenant of tenants) {
    const loaded = databases.fleet.loaded.get(tenant);
    // What keeps one tenant from its release is that tenant's failure, later.
    const found = loaded && (await databases.migrationsOf(loaded).catch(() => undefined));
    if (found === undefined) continue;
    const { release, application, described } = found;
    digests[`${release.id}/${application.name}`] ??= createHash('sha256')
      .update(JSON.stringify(described.map(({ name, hash }) => [name, hash ?? null])))
      .digest('hex');
  }
  return digests;
}

async function betweenWaves(
  { report, signal, env, home }: Dependencies,
  { wavePauseMs = 0, waveCheck }: RunOptions,
  { run, wave, of }: { run: string; wave: number; of: number },
): Promise<void> {
  report.step(`wave ${wave} of ${of} done${wavePauseMs > 0 ? `, waiting ${wavePauseMs / 1000} s` : ''}`);
  await sleep(wavePauseMs, undefined, { signal }).catch(() => {});
  if (waveCheck === undefined || signal.aborted) return;
  const { PATH = '' } = env;
  const { code, stderr } = await runCommand({
    ...{ command: '/bin/sh', args: ['-c', waveCheck], cwd: home.paths.home, timeoutMs: 600_000 },
    env: { PATH, TENANTRY_HOME: home.paths.home, TENANTRY_RUN: run, TENANTRY_WAVE: String(wave) },
  });
  if (code === 0) return;
  const said = stderr.trim().split('\n').at(-1) ?? '';
  throw new WaveCheckFailed(`check after wave ${wave}: exit ${code}${said === '' ? '' : `: ${said}`}`, {
    hint: 'Look at what it found before you go on.',
  });
}
