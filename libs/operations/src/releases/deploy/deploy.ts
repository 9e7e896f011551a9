import { join } from 'node:path';
import { LockedError, UsageError, requireTenant } from '#libs/settings';
import { type Release, currentRelease, openRelease } from '#libs/release';
import type { Dependencies } from '../../dependencies.js';
import { type HeldLock, withLock } from '../../lock.js';
import { errorText, type FleetOutcome } from '../../outcome.js';
import { newRunId } from '../../timeline.js';
import type { Deploying } from './context.js';
import { deployOutcome, preflightOutcome } from './deploy-outcome.js';
import { DeployRecord, type OnStep } from './deploy-record.js';
import { judgeBackward, judgeForward } from './judge-databases.js';
import {
  type DeployJournal,
  type DeployOptions,
  deploySteps,
  requireUnfinished,
  type TenantTurn,
  unfinishedJournal,
  writeJournal,
} from './journal.js';
import { runnerNow } from '../../runs/run-ledger.js';
import { performDeploy, tellOfFailure } from './perform-deploy.js';
import { type Preflight, preflight, refused, reportFindings } from './preflight.js';

export interface DeployRequest extends DeployOptions {
  readonly release: string;
  readonly plan: boolean;
  readonly onlyPreflight: boolean;
  readonly onStep?: OnStep | undefined;
}

/** How two commands that deploy keep out of each other's way. */
export function deployLock({ home, command, now }: Pick<Dependencies, 'home' | 'command' | 'now'>) {
  return { file: join(home.paths.run, 'locks', 'deploy.lock'), what: 'deploy', command, now: now() };
}

/**
 * Brings the home to a release: looks first, migrates, turns `current`, restarts tenant by tenant and proves each. Goes
 * on with a deploy of the same release that was cut off. What stops it leaves a state that the outcome describes, from
 * which `deploy resume` goes on. Throws UnknownRelease (2), LockedError (75) while another deploy is at work.
 */
export function deploy(dependencies: Dependencies, request: DeployRequest): Promise<FleetOutcome> {
  return begin(dependencies, request, 'deploy');
}

/** The same, the other way: nothing is migrated, but taken back where the request says so. */
export function performRollback(dependencies: Dependencies, request: DeployRequest): Promise<FleetOutcome> {
  return begin(dependencies, request, 'rollback');
}

/** Goes on with the deploy or rollback that was cut off, stopped, or waits behind its canary. */
export function resumeDeploy(
  dependencies: Dependencies,
  { run, onStep }: { run?: string | undefined; onStep?: OnStep | undefined },
): Promise<FleetOutcome> {
  requireUnfinished(dependencies.home.paths, run);
  return withLock(deployLock(dependencies), async (held) => {
    const journal = requireUnfinished(dependencies.home.paths, run);
    return goOn(dependencies, { journal: withoutCanary(journal), held, onStep });
  });
}

async function begin(
  dependencies: Dependencies,
  request: DeployRequest,
  verb: DeployJournal['verb'],
): Promise<FleetOutcome> {
  const { paths } = dependencies.home;
  const release = openRelease(paths, request.release);
  const options = optionsOf(dependencies, request);
  if (request.plan || request.onlyPreflight) {
    const found = await look(dependencies, { release, options, verb });
    const from = currentRelease(paths) ?? null;
    return preflightOutcome(found, { release: release.id, from, verb, isPlan: request.plan });
  }
  return withLock(deployLock(dependencies), async (held) => {
    const journal = takeUp(dependencies, { release: release.id, options, verb });
    return goOn(dependencies, { journal, held, onStep: request.onStep });
  });
}

/** The journal of a deploy of the same release that is not over, or a new one. */
function takeUp(
  dependencies: Dependencies,
  { release, options, verb }: { release: string; options: DeployOptions; verb: DeployJournal['verb'] },
): DeployJournal {
  const { home, now, command, report } = dependencies;
  const unfinished = unfinishedJournal(home.paths);
  const isSame = unfinished?.release === release && unfinished.verb === verb;
  if (isSame && mayGoOn(unfinished, options)) {
    report.step(`going on with run ${unfinished.run}, which was ${unfinished.state} at ${unfinished.step}`);
    return { ...withoutCanary(unfinished), options };
  }
  return {
    ...{ format: 1, run: newRunId(now()), verb, release, command, options },
    from: currentRelease(home.paths) ?? null,
    startedAt: now().toISOString(),
    ...{ step: 'pre-deploy', state: 'running', runner: runnerNow(), tenants: {}, flipMs: null, error: null },
  };
}

/** A canary comes before the others: where they have begun already, it is a deploy of its own. */
function mayGoOn({ step }: DeployJournal, { canary }: DeployOptions): boolean {
  return canary === undefined || deploySteps.indexOf(step) <= deploySteps.indexOf('canary');
}

/** Who asks to go on behind a canary that does well wants the others to follow. */
function withoutCanary(journal: DeployJournal): DeployJournal {
  if (journal.state !== 'paused') return journal;
  const { canary: _canary, ...options } = journal.options;
  return { ...journal, options, step: 'migrate', state: 'running' };
}

interface Going {
  readonly journal: DeployJournal;
  readonly held: HeldLock;
  readonly onStep: OnStep | undefined;
}

async function goOn(dependencies: Dependencies, { journal, held, onStep }: Going): Promise<FleetOutcome> {
  const { verb, options } = journal;
  const release = openRelease(dependencies.home.paths, journal.release);
  onStep?.('locked');
  dependencies.report.step(`looking at release ${release.id} and the tenants`);
  const found = await look(dependencies, { release, options, verb });
  reportFindings(dependencies, found);
  if (refused(found).length > 0) {
    const about = { release: release.id, from: currentRelease(dependencies.home.paths) ?? null, verb };
    return preflightOutcome(found, { ...about, isPlan: false });
  }
  const before = unfinishedJournal(dependencies.home.paths);
  if (before && before.run !== journal.run) {
    writeJournal(dependencies.home.paths, { ...before, state: 'replaced' });
  }
  const record = new DeployRecord(dependencies, { ...journal, tenants: tenantsOf(journal, found) }, onStep);
  record.log(`${verb} started`, { from: journal.from });
  return carryOut({ dependencies, release, record, found, held });
}

async function carryOut(deploying: Deploying): Promise<FleetOutcome> {
  const { dependencies, record, found } = deploying;
  let thrown: unknown;
  try {
    await performDeploy(deploying);
  } catch (error) {
    thrown = error;
    // Somebody else goes on with it: the journal is theirs.
    if (error instanceof LockedError) throw error;
    record.update({ state: 'stopped', error: errorText(error) });
    await tellOfFailure(deploying);
  }
  const { journal } = record;
  record.log(`${journal.verb} ended`, { state: journal.state, error: journal.error });
  return deployOutcome(dependencies, { journal, findings: found.findings, error: thrown });
}

/** What was found out before stays; a tenant that came or went meanwhile is taken in or left out. */
function tenantsOf({ tenants }: DeployJournal, found: Preflight): Record<string, TenantTurn> {
  const turnOf = (tenant: string, state: TenantTurn['state']): [string, TenantTurn] => [
    tenant,
    { before: null, error: null, ...tenants[tenant], state },
  ];
  return Object.fromEntries([
    ...[...found.following.keys()].map((tenant) => turnOf(tenant, tenants[tenant]?.state ?? 'waiting')),
    ...[...found.staying.keys()].map((tenant) => turnOf(tenant, 'stays')),
    ...found.broken.map((tenant) => turnOf(tenant, 'broken')),
  ]);
}

function look(
  dependencies: Dependencies,
  { release, options, verb }: { release: Release; options: DeployOptions; verb: DeployJournal['verb'] },
): Promise<Preflight> {
  const judge = verb === 'deploy' ? judgeForward(release) : judgeBackward(release, options);
  return preflight(dependencies, { release, options, judge });
}

function optionsOf({ home }: Dependencies, request: DeployRequest): DeployOptions {
  const { wave, accept } = request;
  const [down, stay] = [request.down, request.stay].map((names) =>
    names.map((name): string => requireTenant(home.paths, name)),
  );
  const both = down?.find((name) => stay?.includes(name));
  if (both !== undefined) {
    throw new UsageError(`${both}: expected one of --down and --stay, found both.`, {
      hint: 'Say either that its migrations are taken back, or that it stays where it is.',
    });
  }
  const canary = request.canary && requireTenant(home.paths, request.canary);
  return { accept, down: down ?? [], stay: stay ?? [], ...(wave && { wave }), ...(canary && { canary }) };
}
