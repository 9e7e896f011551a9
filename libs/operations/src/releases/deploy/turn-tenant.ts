import { FailedError, type LoadedSettings } from '#libs/settings';
import { listReleases } from '#libs/release';
import { errorText } from '../../outcome.js';
import { parseUnit } from '../../processes/units.js';
import { readHold } from '../release-of.js';
import { atRest } from './check-places.js';
import { contractDatabase, takeBack } from './change-databases.js';
import type { Deploying } from './context.js';
import { holdTenant, letGo } from './holds.js';
import { disproveTenant } from './prove-tenant.js';

export class NotProved extends FailedError {
  override readonly code = 'NOT_PROVED';
}

/**
 * Brings one tenant to the release: the last step of its database, its processes, and the proof. What fails is in the
 * record then, not thrown. A tenant without a process takes the release at its next start.
 */
export async function turnTenant(deploying: Deploying, tenant: string): Promise<void> {
  const { dependencies, found, record } = deploying;
  const loaded = found.following.get(tenant);
  if (loaded === undefined) return;
  const before = record.turnOf(tenant).before ?? (await releaseOfProcess(deploying, tenant));
  const wasUnwell = record.turnOf(tenant).wasUnwell ?? found.unwell.has(tenant);
  record.turn(tenant, { state: 'turning', before, wasUnwell, error: null });
  try {
    await changeDatabase(deploying, tenant);
    const isMoved = readHold(dependencies.home.paths, tenant) !== undefined;
    if (isMoved) await letGo(dependencies, tenant);
    record.reached(`${tenant} let go`);
    await bring(deploying, loaded, isMoved);
  } catch (error) {
    const text = errorText(error).replace(`${tenant}: `, '');
    record.turn(tenant, { state: 'failed', error: text, isHeld: false });
    record.tell(tenant, `${record.journal.verb} failed`, { error: text });
    dependencies.report.failed(`${tenant}: ${text}`);
  }
}

/** The canary: it is held on a release that is not current. */
export async function turnCanary(deploying: Deploying, tenant: string): Promise<void> {
  const { dependencies, found, record, release } = deploying;
  const loaded = found.following.get(tenant);
  if (loaded === undefined) return;
  const before = record.turnOf(tenant).before ?? (await releaseOfProcess(deploying, tenant));
  const earlier = readHold(dependencies.home.paths, tenant);
  record.turn(tenant, { state: 'turning', before, error: null });
  try {
    await contractDatabase(deploying, tenant);
    await holdTenant(dependencies, tenant, { release: release.id, run: record.journal.run, why: 'canary' });
    record.reached(`${tenant} held`);
    await bring(deploying, loaded, true);
  } catch (error) {
    record.turn(tenant, { state: 'failed', error: errorText(error).replace(`${tenant}: `, '') });
    if (record.turnOf(tenant).isCrossed !== true) {
      // A deploy before this one may hold it already.
      if (earlier === undefined || earlier.release === release.id) await letGo(dependencies, tenant);
      else await holdTenant(dependencies, tenant, earlier);
      await restartAsBefore(deploying, tenant);
    }
    throw error;
  }
}

/**
 * Puts a tenant that failed back on what it ran, and holds it there. Nothing is done where that is no release of this
 * home, nor after a contracting migration, with which it could not live: then what still runs goes on.
 */
export async function putBack(deploying: Deploying, tenant: string): Promise<void> {
  const { dependencies, record, found } = deploying;
  const { before, error } = record.turnOf(tenant);
  const isKnown = before !== null && listReleases(dependencies.home.paths).includes(before);
  if (!isKnown || before === record.journal.release || record.turnOf(tenant).isCrossed === true) return;
  await holdTenant(dependencies, tenant, { release: before, run: record.journal.run, why: error ?? 'it failed' });
  record.turn(tenant, { isHeld: true });
  if (found.running.has(tenant)) await restartAsBefore(deploying, tenant);
}

/** Unless its process of before never went away. */
export async function restartAsBefore(deploying: Deploying, tenant: string): Promise<void> {
  const { dependencies, found, record } = deploying;
  const { before } = record.turnOf(tenant);
  try {
    const status = (await found.processes?.status())?.get(tenant);
    if (status?.state === 'running' && status.release !== null && status.release === before) return;
    await found.processes?.moveAndRestart(tenant);
    dependencies.report.done(`${tenant}: back on ${before ?? 'what it ran'}`);
  } catch (error) {
    dependencies.report.failed(`${tenant}: not put back: ${errorText(error)}`);
  }
}

async function changeDatabase(deploying: Deploying, tenant: string): Promise<void> {
  const change = deploying.record.journal.verb === 'rollback' ? takeBack : contractDatabase;
  await change(deploying, tenant);
}

async function bring(deploying: Deploying, loaded: LoadedSettings, isMoved: boolean): Promise<void> {
  const { dependencies, found, record } = deploying;
  const { tenant } = loaded;
  const { release } = record.journal;
  if (found.processes === undefined || !(await runsNow(deploying, tenant))) {
    record.turn(tenant, { state: 'asleep' });
    return dependencies.report.step(`${tenant}: does not run; its next start is on ${release}`);
  }
  const isThere = (await disprove(deploying, loaded)) === undefined;
  if (!isThere || isMoved) await found.processes[isMoved ? 'moveAndRestart' : 'restart'](tenant);
  record.reached(`${tenant} restarted`);
  const problem = await disprove(deploying, loaded);
  if (problem !== undefined) throw new NotProved(problem, { tenant });
  record.turn(tenant, { state: 'done' });
  record.tell(tenant, record.journal.verb === 'rollback' ? 'rolled back' : 'deployed');
  dependencies.report.done(`${tenant}: runs ${release}`);
}

/** Asked when it is its turn: meanwhile it may have been stopped, or woken by a visitor before `current` turned. */
async function runsNow({ found }: Deploying, tenant: string): Promise<boolean> {
  const status = await found.processes?.status();
  return [...(status ?? [])].some(
    ([unit, { state }]) => parseUnit(unit).tenant === tenant && !atRest.includes(state),
  );
}

async function disprove(
  { dependencies, found, release }: Deploying,
  loaded: LoadedSettings,
): Promise<string | undefined> {
  const status = await found.processes?.status();
  const isRunning = (unit: string): boolean =>
    unit === loaded.tenant || !['stopped', 'idle', undefined].includes(status?.get(unit)?.state);
  return disproveTenant(dependencies, { loaded, isRunning, release });
}

/** systemd and supervisord do not know it: then it is what the tenant was to run. */
async function releaseOfProcess({ found, record, dependencies }: Deploying, tenant: string): Promise<string | null> {
  const status = (await found.processes?.status())?.get(tenant);
  const held = readHold(dependencies.home.paths, tenant)?.release;
  return status?.release ?? held ?? record.journal.from;
}
