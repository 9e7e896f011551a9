import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { activate, currentRelease, goodReleases, recordRelease, releaseEvents } from '#libs/release';
import { errorText } from '../../outcome.js';
import { refreshStartScripts } from '../../hosting/refresh-start-scripts.js';
import { prepareTemplates } from '../../tenants/templates.js';
import { releaseFor } from '../release-of.js';
import { expandDatabases } from './change-databases.js';
import { type Deploying, DeployInterrupted } from './context.js';
import { holdTenant } from './holds.js';
import { type HookName, runHook } from './hooks.js';
import { type DeployStep, deploySteps } from './journal.js';
import { rollEverybody } from './look-again.js';
import { turnCanary } from './turn-tenant.js';

type Act = (deploying: Deploying) => Promise<void>;

const acts: Readonly<Record<Exclude<DeployStep, 'done'>, Act>> = {
  'pre-deploy': (deploying) => hook(deploying, 'pre-deploy'),
  canary: tryCanary,
  migrate: async (deploying) => expandDatabases(deploying, [...deploying.found.following.keys()]),
  'post-migrate': (deploying) => hook(deploying, 'post-migrate'),
  flip,
  'post-flip': (deploying) => hook(deploying, 'post-flip'),
  roll: rollEverybody,
  'post-deploy': (deploying) => hook(deploying, 'post-deploy'),
};

/** Goes through the steps from the one that the record names. Throws what stops it; each step can be repeated. */
export async function performDeploy(deploying: Deploying): Promise<void> {
  const { record, held, dependencies } = deploying;
  const { canary } = record.journal.options;
  await catchUp(deploying);
  for (const step of stepsOf(deploying)) {
    held.requireHeld();
    if (dependencies.signal.aborted) throw new DeployInterrupted('interrupted.');
    record.update({ step });
    await acts[step](deploying);
  }
  if (canary !== undefined) return record.update({ state: 'paused' });
  finish(deploying);
  await prepareTemplates(dependencies);
}

/** A tenant that came, or whose settings were mended, after the migrations had been through. */
async function catchUp(deploying: Deploying): Promise<void> {
  const { record, found } = deploying;
  const { step, verb } = record.journal;
  const isBehind = deploySteps.indexOf(step) > deploySteps.indexOf('migrate');
  if (verb === 'deploy' && isBehind) await expandDatabases(deploying, [...found.following.keys()]);
}

function stepsOf({ record }: Deploying): Exclude<DeployStep, 'done'>[] {
  const { step: first, verb, options } = record.journal;
  const only = options.canary === undefined ? undefined : ['pre-deploy', 'canary'];
  const never = verb === 'rollback' ? ['canary', 'migrate', 'post-migrate'] : ['canary'];
  return deploySteps
    .slice(deploySteps.indexOf(first))
    .filter((step) => step !== 'done')
    .filter((step) => only?.includes(step) ?? !never.includes(step));
}

function hook({ dependencies, record, held }: Deploying, name: HookName): Promise<void> {
  return runHook(dependencies, name, { journal: record.journal, token: held.token });
}

async function tryCanary(deploying: Deploying): Promise<void> {
  const { canary = '' } = deploying.record.journal.options;
  await expandDatabases(deploying, [canary]);
  await turnCanary(deploying, canary);
}

/** Turns `current`. Tenants that are to stay where they are get a hold first. */
async function flip(deploying: Deploying): Promise<void> {
  const { dependencies, record, release } = deploying;
  const { paths } = dependencies.home;
  const { verb, run, from } = record.journal;
  await holdStaying(deploying);
  removeStrayLinks(paths.home);
  if (currentRelease(paths) !== release.id) {
    record.update({ flipMs: activate(paths, release.id) });
    record.reached('flipped');
  }
  // Before the first deploy they start the checkout.
  await refreshStartScripts(dependencies);
  const event = verb === 'rollback' ? 'rolled back' : 'activated';
  // After a kill right behind the flip, it is not in the log yet.
  const isLogged = releaseEvents(paths).findLast((each) => each.event !== 'good')?.run === run;
  if (from !== release.id && !isLogged) {
    const at = dependencies.now().toISOString();
    recordRelease(paths, { at, run, event, release: release.id, ...(from !== null && { from }) });
  }
  dependencies.report.done(`current is ${release.id}${tookText(record.journal.flipMs)}`);
}

function tookText(flipMs: number | null): string {
  return flipMs === null ? '' : `, turned in ${flipMs.toFixed(1)} ms`;
}

async function holdStaying({ dependencies, record }: Deploying): Promise<void> {
  const { stay } = record.journal.options;
  if (stay.length === 0) return;
  const { loaded } = (await dependencies.settings()).loadFleet();
  for (const [tenant, settings] of loaded) {
    if (!stay.includes(tenant) || settings.settings.release !== undefined) continue;
    const { id, kind } = releaseFor(dependencies, settings);
    if (kind !== 'built') continue;
    await holdTenant(dependencies, tenant, { release: id, run: record.journal.run, why: 'it was told to stay' });
    record.turn(tenant, { state: 'stays', before: id });
  }
}

/** Of a deploy that was killed while it turned `current`; nobody else does that under our lock. */
function removeStrayLinks(home: string): void {
  const stray = readdirSync(home).filter((name) => /^current\.\d+\.new$/.test(name));
  for (const name of stray) rmSync(join(home, name), { force: true });
}

function finish({ dependencies, record }: Deploying): void {
  const { paths } = dependencies.home;
  const { run, release } = record.journal;
  if (record.those('done').length > 0 && goodReleases(paths)[0] !== release) {
    recordRelease(paths, { at: dependencies.now().toISOString(), run, event: 'good', release });
  }
  record.update({ step: 'done', state: 'done' });
}

/** Lets the home's own hook know; what it says changes nothing any more. */
export async function tellOfFailure(deploying: Deploying): Promise<void> {
  try {
    await hook(deploying, 'deploy-failed');
  } catch (error) {
    deploying.dependencies.report.warn(errorText(error));
  }
}
