import { join } from 'node:path';
import { type FileChange, ownerOf, pathOf } from '#libs/hosting';
import { type ExitCode, exitCodes, parseTenantName } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { withLock } from '../lock.js';
import { errorText } from '../outcome.js';
import { appendToTimeline, newRunId } from '../timeline.js';
import { checkAll, putInPlace } from './apply-files.js';
import { compareHosting, type TargetChanges } from './compare-hosting.js';
import { makeHostingPlan, type PlannedHosting } from './make-plan.js';
import type { Proof } from './target.js';
import { hostingTargets } from './targets.js';
import { applyUsers, planUsers, requireUsers } from './users.js';

export interface ApplyRequest {
  /** Also make the tenants' users and give them their files. */
  readonly users: boolean;
  readonly plan: boolean;
}

export interface HostingOutcome {
  readonly data: unknown;
  /** Of which files were touched. */
  readonly tenants?: readonly string[];
  readonly text: string;
  readonly exitCode: ExitCode;
}

/**
 * Makes the host as the overlays want it: files are checked, put in place, taken by the programs that read them, and
 * proved by requests. Idempotent. A failed check changes nothing; a tenant whose overlay is broken is reported and left
 * as it is (exit 3).
 */
export async function applyHosting(
  dependencies: Dependencies,
  request: ApplyRequest,
): Promise<HostingOutcome> {
  const { home, command, now } = dependencies;
  const file = join(home.paths.run, 'locks', 'hosting.lock');
  if (request.plan) return planned(dependencies, request);
  return withLock({ file, what: 'the hosting', command, now: now() }, async () => {
    const found = await makeHostingPlan(dependencies);
    reportBroken(dependencies, found);
    const users = request.users ? await applyUsers(found.plan) : [];
    for (const step of users) dependencies.report.done(step);
    requireUsers(found.plan);
    const targets = compareHosting(found, hostingTargets(dependencies));
    await checkAll(found.plan, targets);
    const proofs = await putInPlace(dependencies, found.plan, targets);
    return finished(dependencies, { ...found, targets, proofs, users });
  });
}

async function planned(dependencies: Dependencies, { users }: ApplyRequest): Promise<HostingOutcome> {
  const found = await makeHostingPlan(dependencies);
  reportBroken(dependencies, found);
  const steps = [
    ...(users ? planUsers(found.plan) : []),
    ...compareHosting(found, hostingTargets(dependencies)).flatMap(stepsOf),
  ];
  const text =
    steps.length === 0 ? 'Nothing to do.' : ['Would:', ...steps.map((step) => `  ${step}`)].join('\n');
  return { data: { plan: steps, broken: brokenOf(found) }, text, exitCode: exitCodeOf(found, []) };
}

const verbs = { added: 'add', changed: 'change', removed: 'remove' } as const;

export function stepsOf({ target, home, installed }: TargetChanges): string[] {
  const step = (change: FileChange, folder: string): string =>
    `${verbs[change.kind]} ${join(folder, pathOf(change))}`;
  return [
    ...home.map((change) => step(change, '')),
    ...installed.map((change) => step(change, target.installDir ?? '')),
  ];
}

interface Applied extends PlannedHosting {
  readonly targets: readonly TargetChanges[];
  readonly proofs: readonly Proof[];
  readonly users: readonly string[];
}

function finished(dependencies: Dependencies, applied: Applied): HostingOutcome {
  const { targets, proofs, users } = applied;
  const run = newRunId(dependencies.now());
  const steps = targets.flatMap(stepsOf);
  const silent = proofs.filter(({ problem }) => problem !== undefined);
  for (const { name, problem } of silent) dependencies.report.failed(`${name}: ${problem ?? ''}`);
  const tenants = touchedBy(targets);
  for (const tenant of tenants) logChange(dependencies, tenant, run);
  const what = steps.length === 0 ? 'Nothing to change' : `${steps.length} files changed`;
  const answered = `${proofs.length - silent.length} of ${proofs.length} that run answer`;
  return {
    data: { run, changes: steps, users, proofs, broken: brokenOf(applied) },
    tenants,
    text: `${what}; ${answered}. Run ${run}.`,
    exitCode: exitCodeOf(applied, silent),
  };
}

function logChange({ home, now, command }: Dependencies, tenant: string, run: string): void {
  const entry = { at: now().toISOString(), run, event: 'hosting applied', command };
  appendToTimeline(home.paths, parseTenantName(tenant), entry);
}

/** Tenants of which a file was touched. */
function touchedBy(targets: readonly TargetChanges[]): string[] {
  const texts = targets.flatMap(({ home, installed }) => [...home, ...installed].map(textOf));
  return [...new Set(texts.flatMap((text) => ownerOf(text)?.tenant ?? []))].sort();
}

function textOf(change: FileChange): string {
  return change.kind === 'removed' ? change.before.text : change.file.text;
}

function exitCodeOf({ broken, plan }: PlannedHosting, silent: readonly Proof[]): ExitCode {
  if (broken.size === 0 && silent.length === 0) return exitCodes.done;
  const allFailed = silent.length > 0 && silent.length === plan.units.length;
  return allFailed ? exitCodes.failed : exitCodes.partial;
}

export function reportBroken({ report }: Pick<Dependencies, 'report'>, { broken }: PlannedHosting): void {
  for (const [tenant, error] of broken) report.failed(`${tenant}: left as it is: ${errorText(error)}`);
}

export function brokenOf({ broken }: PlannedHosting): { tenant: string; error: string }[] {
  return [...broken].map(([tenant, error]) => ({ tenant, error: errorText(error) }));
}
