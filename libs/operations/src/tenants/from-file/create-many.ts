import { resolve } from 'node:path';
import { exitCodes, type ExitCode, type TenantName, UsageError } from '#libs/settings';
import type { Dependencies } from '../../dependencies.js';
import { countOutcomes } from '../../migrations/run-outcome.js';
import { errorText, exitCodeOf, failureOf, type FleetOutcome, type TenantOutcome } from '../../outcome.js';
import { silentReport } from '../../report.js';
import { refreshSettingsSchemas } from '../../settings/settings-schema.js';
import type { Lane } from '../../runs/fleet-queue.js';
import { mustBeWritable, performRun, reportUnwritable, type TenantNotes } from '../../runs/fleet-run.js';
import type { RunEntry } from '../../runs/run-entries.js';
import { RunLedger } from '../../runs/run-ledger.js';
import { newRunId } from '../../timeline.js';
import { type CreateRequest, createTenant } from '../create-tenant.js';
import { judgeTable, type WantedTenant } from './judge-table.js';
import { readTable } from './read-table.js';

export interface CreateManyRequest {
  /** As typed; relative to `cwd`. */
  readonly from: string;
  readonly cwd: string;
  /** How many at a time; default 4. */
  readonly parallel: number | undefined;
  /** What was made of one that fails stays, for the next run to go on with. */
  readonly keep: boolean;
  readonly plan: boolean;
}

/** Nothing of a table is created while something in it is wrong. */
export class BadRows extends UsageError {
  override readonly code = 'BAD_ROWS';
}

const atOnce = 4;

/**
 * Creates the tenants that a file lists, those that exist already left as they are. What is wrong in the file is found
 * first, all of it (BadRows, exit 2); after that a tenant that fails is taken back and stops no other. Exit 3 when some
 * failed: the same command again creates those that are missing.
 */
export async function createMany(
  dependencies: Dependencies,
  request: CreateManyRequest,
): Promise<FleetOutcome> {
  const table = readTable(resolve(request.cwd, request.from));
  const { wanted, problems } = await judgeTable(dependencies, table);
  if (problems.length > 0) throw badRows(dependencies, table.name, problems);
  if (request.plan) return planned(wanted);
  return createAll(dependencies, wanted, request);
}

function badRows({ report }: Dependencies, name: string, problems: readonly string[]): BadRows {
  const [first = '', ...others] = problems;
  for (const problem of others.length > 0 ? problems : []) report.failed(problem);
  const message = others.length > 0 ? `${name}: ${problems.length} things are wrong in it.` : first;
  return new BadRows(`${message} Nothing was created.`, {
    hint: 'Mend the file, then run the command again.',
  });
}

function planned(wanted: readonly WantedTenant[]): FleetOutcome {
  const missing = wanted.filter(({ isThere }) => !isThere).map(({ name }) => name);
  const there = wanted.length - missing.length;
  const lines = [
    missing.length > 0 ? `Would create ${missing.length}: ${missing.join(', ')}.` : 'Would create nothing.',
    ...(there > 0 ? [`${there} ${there === 1 ? 'exists' : 'exist'} already.`] : []),
  ];
  return { data: { run: null, create: missing }, text: lines.join('\n'), exitCode: exitCodes.done };
}

async function createAll(
  dependencies: Dependencies,
  wanted: readonly WantedTenant[],
  request: CreateManyRequest,
): Promise<FleetOutcome> {
  const run = newRunId(dependencies.now());
  const ledger = openLedger(dependencies, { run, wanted, request });
  const there = wanted.filter(({ isThere }) => isThere).map(({ name }) => existing(name));
  for (const outcome of there) await ledger.append(endOf(dependencies, outcome), { isDurable: false });
  const missing = new Map(wanted.filter(({ isThere }) => !isThere).map((each) => [each.name, each]));
  if (missing.size > 0) await refreshSettingsSchemas(dependencies);
  const { outcomes, stoppedBy } = await performRun(dependencies, {
    ...{ run, ledger, maxFailures: undefined, stopping: 'creations at work come to an end first' },
    waves: wavesOf([...missing.keys()], request.parallel ?? atOnce),
    between: () => Promise.resolve(),
    act: (tenant, notes) =>
      createOne(dependencies, { wanted: missing.get(tenant), tenant, notes, run, request }),
  });
  reportUnwritable(dependencies, stoppedBy);
  return finished(dependencies, run, [...there, ...outcomes]);
}

/** Whoever comes first builds the template; the others would only wait for it. */
function wavesOf(tenants: readonly TenantName[], width: number): Lane[][] {
  const [first, ...rest] = tenants;
  if (first === undefined) return [];
  return [[{ tenants: [first], width: 1 }], [{ tenants: rest, width }]];
}

interface Begun {
  readonly run: string;
  readonly wanted: readonly WantedTenant[];
  readonly request: CreateManyRequest;
}

function openLedger(dependencies: Dependencies, { run, wanted, request }: Begun): RunLedger {
  const { home, now, command, release } = dependencies;
  const { from, parallel, keep } = request;
  return mustBeWritable(home.paths, run, () =>
    RunLedger.start(home.paths, {
      ...{
        at: now().toISOString(),
        run,
        command,
        verb: 'tenant create',
        release: release.id,
        migrations: {},
      },
      tenants: wanted.map(({ name }) => name),
      request: { from, parallel, keep },
    }),
  );
}

function existing(name: string): TenantOutcome {
  return { name, state: 'skipped', error: null, why: 'it exists already' };
}

function endOf({ now }: Dependencies, outcome: TenantOutcome): RunEntry {
  return { event: 'tenant ended', at: now().toISOString(), tenant: outcome.name, outcome };
}

interface Creating {
  readonly wanted: WantedTenant | undefined;
  readonly tenant: TenantName;
  readonly notes: TenantNotes;
  readonly run: string;
  readonly request: CreateManyRequest;
}

async function createOne(
  dependencies: Dependencies,
  { wanted, tenant: name, notes, run, request: { keep } }: Creating,
): Promise<TenantOutcome> {
  const { report, signal } = dependencies;
  const started = performance.now();
  await notes.begun([]);
  try {
    // Of many tenants, the steps of each would be mixed up.
    const quiet = { ...dependencies, report: { ...silentReport, warn: (text: string) => report.warn(text) } };
    const { overlay, adminEmail } = wanted ?? {};
    const request: CreateRequest = { name, overlay, adminEmail, run, keep, plan: false };
    const { hosts, database, admin } = (await createTenant(quiet, request)).data;
    notes.progress.done(`${name}: created`);
    const elapsedMs = Math.round(performance.now() - started);
    return { name, state: 'done', error: null, hosts, database, admin, elapsedMs };
  } catch (error) {
    report.failed(failureOf(name, error));
    return { name, state: signal.aborted ? 'not reached' : 'failed', error: errorText(error) };
  }
}

function finished({ signal }: Dependencies, run: string, outcomes: readonly TenantOutcome[]): FleetOutcome {
  const tenants = outcomes.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const counts = countOutcomes(tenants);
  const words = [
    `${counts.done} created`,
    `${counts.failed} failed`,
    ...(counts.skipped > 0 ? [`${counts.skipped} existed already`] : []),
    ...(counts.notReached > 0 ? [`${counts.notReached} not reached`] : []),
  ];
  const again =
    counts.failed + counts.notReached > 0 ? [`To create the missing ones, run the command again.`] : [];
  const text = [`Run ${run}: ${words.join(', ')}.`, ...again].join('\n');
  return { data: { run, counts, tenants }, text, exitCode: exitCodeFor(tenants, signal) };
}

/** Who exists already is no failure. */
function exitCodeFor(tenants: readonly TenantOutcome[], signal: AbortSignal): ExitCode {
  const isInterrupted = signal.aborted && tenants.some(({ state }) => state === 'not reached');
  if (isInterrupted) return exitCodes.interrupted;
  const failed = tenants.some(({ state }) => state === 'failed');
  if (!failed) return exitCodes.done;
  return exitCodeOf(tenants.map((each) => (each.state === 'skipped' ? { ...each, state: 'done' } : each)));
}
