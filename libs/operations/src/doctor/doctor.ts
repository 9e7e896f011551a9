import { type ExitCode, exitCodes } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import type { FleetOutcome } from '../outcome.js';
import { errorText } from '../outcome.js';
import { newRunId } from '../timeline.js';
import type { Severity } from './catalog.js';
import { checkDatabases } from './check-databases.js';
import { checkFiles } from './check-files.js';
import { checkHosting } from './check-hosting.js';
import { checkLocks } from './check-locks.js';
import { checkOrphans } from './check-orphans.js';
import { processChecks } from './check-processes.js';
import { checkPoolers } from './check-poolers.js';
import { checkRoles } from './check-roles.js';
import { checkServers } from './check-servers.js';
import { checkSettings } from './check-settings.js';
import { checkTrash } from './check-trash.js';
import { workChecks } from './check-work.js';
import { doctorText } from './doctor-text.js';
import { type Examined, examine } from './examine.js';
import { type Finding, found, type Found } from './finding.js';
import { type HomeToOpen, openExamined } from './open-home.js';
import { type Mended, mend, plannedRepairs } from './mend.js';

export interface DoctorRequest extends HomeToOpen {
  readonly fix: boolean;
  /** Say what `fix` would do, and do nothing. */
  readonly plan: boolean;
}

/** In the order in which they are told. */
const checks: Readonly<Record<string, (examined: Examined) => Found[] | Promise<Found[]>>> = {
  servers: checkServers,
  poolers: checkPoolers,
  settings: checkSettings,
  ...workChecks,
  roles: checkRoles,
  databases: checkDatabases,
  files: checkFiles,
  ...processChecks,
  locks: checkLocks,
  trash: checkTrash,
  orphans: checkOrphans,
  hosting: checkHosting,
};

/**
 * Compares the registry with disk, servers and processes, and with `fix` mends what is safe to mend. Exit 0 where nothing
 * but notes is found, 3 for warnings, 1 for errors. Never throws for what it is to find; starts nothing.
 */
export async function doctor(request: DoctorRequest): Promise<FleetOutcome> {
  const before = await look(request);
  const repairs = before.findings.flatMap(({ repair }) => repair ?? []);
  if (request.plan) {
    const plan = plannedRepairs(repairs);
    const text =
      plan.length === 0 ? 'Nothing to mend.' : ['Would:', ...plan.map((does) => `  ${does}`)].join('\n');
    return { data: { plan }, text, exitCode: exitCodes.done };
  }
  if (!request.fix || repairs.length === 0) return outcomeOf(before, undefined);
  const opened = before.dependencies ?? (await mendHome(request, before.findings));
  if (opened === undefined) return outcomeOf(before, undefined);
  const rest = before.dependencies === undefined ? (await look(request)).findings : before.findings;
  const run = newRunId(opened.now());
  const mended = await mend(opened, {
    run,
    findings: rest,
    earlier: before.dependencies ? [] : before.findings,
  });
  return outcomeOf(await look(request), { run, mended });
}

interface Look {
  readonly findings: readonly Found[];
  readonly dependencies: Dependencies | undefined;
  /** Null where the home could not be opened. */
  readonly tenants: number | null;
  readonly servers: number | null;
}

async function look(request: DoctorRequest): Promise<Look> {
  const { dependencies, findings } = await openExamined(request);
  if (dependencies === undefined) return { findings, dependencies, tenants: null, servers: null };
  try {
    const examined = await examine(dependencies);
    const results = await Promise.all(Object.entries(checks).map((check) => make(check, examined)));
    const sizes = { tenants: examined.names.length, servers: examined.servers.size };
    return { findings: [...findings, ...results.flat()], dependencies, ...sizes };
  } catch (error) {
    const failed = checkFailed('home', error);
    return { findings: [...findings, failed], dependencies, tenants: null, servers: null };
  }
}

/** What one check stumbles over hides nothing that the others find. */
async function make([name, check]: [string, (typeof checks)[string]], examined: Examined): Promise<Found[]> {
  try {
    return await check(examined);
  } catch (error) {
    return [checkFailed(name, error)];
  }
}

function checkFailed(name: string, error: unknown): Found {
  const fix = 'Mend what it says, then run doctor again.';
  const told = { where: name, what: 'could not be checked', found: errorText(error), fix };
  return found('check-failed', told);
}

/** The secrets of the home come first: without them nothing opens. */
async function mendHome(
  request: DoctorRequest,
  findings: readonly Found[],
): Promise<Dependencies | undefined> {
  for (const { repair } of findings) await repair?.run();
  return (await openExamined(request)).dependencies;
}

const order: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

function outcomeOf(
  { findings: all, tenants, servers }: Look,
  fixed: { readonly run: string; readonly mended: readonly Mended[] } | undefined,
): FleetOutcome {
  const findings = all
    .map(({ finding }) => finding)
    .toSorted((a, b) => order[a.severity] - order[b.severity]);
  const counts = { error: 0, warning: 0, note: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  const told = { run: fixed?.run ?? null, tenants, servers, counts, fixed: fixed?.mended ?? [], findings };
  return { data: told, text: doctorText(told), exitCode: exitCodeOf(findings) };
}

function exitCodeOf(findings: readonly Finding[]): ExitCode {
  if (findings.some(({ severity }) => severity === 'error')) return exitCodes.failed;
  return findings.some(({ severity }) => severity === 'warning') ? exitCodes.partial : exitCodes.done;
}
