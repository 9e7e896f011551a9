import { join } from 'node:path';
import { LockedError, UsageError, requireTenant } from '#libs/settings';
import { type Release, currentRelease, openRelease } from '#libs/release';
import type { Dependencies } from '../../dependencies.js';
import { type HeldLock, type LockRequest, withLock } from '../../lock.js';
import { errorText, type FleetOutcome } from '../../outcome.js';
import { type Deploying, DeployInterrupted } from './context.js';
import { deployOutcome, preflightOutcome } from './deploy-outcome.js';
import { DeployRecord, type OnStep } from './deploy-record.js';
import { judgeOf } from './judge-databases.js';
import {
  type DeployJournal,
  type DeployOptions,
  requireUnfinished,
  type TenantTurn,
  unfinishedJournal,
  writeJournal,
} from './journal.js';
import { performDeploy, tellOfFailure } from './perform-deploy.js';
import { type Preflight, preflight, refused, reportFindings } from './preflight.js';
import { takeUp, withoutCanary } from './take-up.js';

export interface DeployRequest extends DeployOptions {
  readonly release: string;
  readonly plan: boolean;
  readonly onlyPreflight: boolean;
  readonly onStep?: OnStep | undefined;
}

/** How two commands that deploy keep out of each other's way. */
export function deployLock(
  { home, command, now }: Pick<Dependencies, 'home' | 'command' | 'now'>,
  ...releases: string[]
): LockRequest {
  const file = join(home.paths.run, 'locks', 'deploy.lock');
  return { file, what: 'deploy', releases, command, now: now() };
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

export interface ResumeRequest {
  readonly wave?: DeployOptions['wave'];
  readonly accept?: DeployOptions['accept'] | undefined;
  /** Default: the one that is not over. */
  readonly run?: string | undefined;
  readonly onStep?: OnStep | undefined;
}

/**
 * Goes on with the deploy or rollback that was cut off, stopped, or waits behind its canary, with the options that it was
 * begun with unless others are given.
 */
export function resumeDeploy(
  dependencies: Dependencies,
  { run, onStep, wave, accept }: ResumeRequest,
): Promise<FleetOutcome> {
  const { release } = requireUnfinished(dependencies.home.paths, run);
  return withLock(deployLock(dependencies, release), async (held) => {
    const journal = withoutCanary(requireUnfinished(dependencies.home.paths, run));
    const options = { ...journal.options, ...(wave && { wave }), ...(accept && { accept }) };
    return goOn(dependencies, { journal: { ...journal, options }, held, onStep });
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
  // The journal says it only behind the look at the tenants.
  return withLock(deployLock(dependencies, release.id), async (held) => {
    const journal = takeUp(dependencies, { release: release.id, options, verb });
    return goOn(dependencies, { journal, held, onStep: request.onStep });
  });
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
  const before = unfinishedJournal(dependencies.home.paths);
  if (refused(found).length > 0) {
    const about = { release: release.id, from: currentRelease(dependencies.home.paths) ?? null, verb };
    const begun = before?.run === journal.run ? before : undefined;
    return preflightOutcome(found, { ...about, isPlan: false, begun });
  }
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
  const stopSaying = sayWhenInterrupted(dependencies);
  try {
    await performDeploy(deploying);
  } catch (error) {
    // Somebody else goes on with it: the journal is theirs.
    if (error instanceof LockedError) throw error;
    thrown = dependencies.signal.aborted ? interruptedBy(error) : error;
    record.update({ state: 'stopped', error: errorText(thrown) });
    await tellOfFailure(deploying);
  } finally {
    stopSaying();
  }
  const { journal } = record;
  record.log(`${journal.verb} ended`, { state: journal.state, error: journal.error });
  return deployOutcome(dependencies, { journal, findings: found.findings, error: thrown });
}

/** Nobody who interrupts a deploy should wonder whether that was heard. */
function sayWhenInterrupted({ signal, report }: Pick<Dependencies, 'signal' | 'report'>): () => void {
  const say = (): void => report.warn('interrupted: what has begun is brought to its end; once more ends the command at once');
  signal.addEventListener('abort', say);
  return () => signal.removeEventListener('abort', say);
}

/** What was cut short by the interruption failed because of it. */
function interruptedBy(error: unknown): DeployInterrupted {
  if (error instanceof DeployInterrupted) return error;
  return new DeployInterrupted(`interrupted: ${errorText(error)}`, { cause: error });
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
  return preflight(dependencies, { release, options, judge: judgeOf({ verb, options }, release) });
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
