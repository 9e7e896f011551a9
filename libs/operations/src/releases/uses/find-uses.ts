import { statSync } from 'node:fs';
import { join } from 'node:path';
import { listTenantNames } from '#libs/settings';
import { processesBelow } from '#libs/processes';
import { currentRelease, goodReleases, listReleases, releaseEvents } from '#libs/release';
import type { Dependencies } from '../../dependencies.js';
import { showLocks } from '../../locks/lock-verbs.js';
import { ownerText } from '../../locks/owner-text.js';
import { runningTenants } from '../../processes/running-tenants.js';
import { readRuns, unfinishedOf } from '../../runs/run-record.js';
import { unfinishedJournal } from '../deploy/journal.js';
import { NothingToGoBackTo, proposal } from '../deploy/rollback.js';
import { heldTenants, readHold } from '../release-of.js';
import { type PinsFound, findPins } from './find-pins.js';
import { Uses } from './uses.js';

export interface FoundUses {
  readonly uses: Uses;
  /** Overlays that cannot be read: any of them may pin a release. */
  readonly unreadable: PinsFound['unreadable'];
}

/** Runs older than these are not resumed any more. */
const resumableRuns = 10;

/** Looks at everything that needs a release to stay: files, locks, and the processes of this host. */
export async function findUses(dependencies: Dependencies, keep: number): Promise<FoundUses> {
  const uses = new Uses(dependencies.home.paths);
  const { pins, unreadable } = await findPins(dependencies);
  for (const { tenant, id, where } of pins) uses.add(id, { kind: 'pin', tenant, text: `${tenant} is pinned to it (${where})` });
  const current = currentRelease(dependencies.home.paths);
  if (current !== undefined) uses.add(current, { kind: 'current', text: 'current points at it' });
  addGood(dependencies, uses, keep);
  if (keep > 1) addProposal(dependencies, uses);
  addHolds(dependencies, uses);
  addWork(dependencies, uses);
  await addProcesses(dependencies, uses);
  return { uses, unreadable };
}

function addGood({ home }: Dependencies, uses: Uses, keep: number): void {
  const { paths } = home;
  const [last, ...others] = goodReleases(paths);
  if (last !== undefined) uses.add(last, { kind: 'good', text: 'it is the last good one' });
  for (const id of others.slice(0, Math.max(keep, 1) - 1)) {
    uses.add(id, { kind: 'good', text: `it is one of the last ${keep} good ones` });
  }
  const events = releaseEvents(paths).filter(({ event }) => event === 'activated' || event === 'good');
  const decidedAt = events.at(-1)?.at ?? '';
  const tried = new Set(events.map(({ release }) => release));
  for (const id of listReleases(paths)) {
    const madeAt = statSync(join(paths.releases, id, 'release.json')).mtime.toISOString();
    if (madeAt > decidedAt && !tried.has(id)) uses.add(id, { kind: 'new', text: 'it is new and waits to be deployed' });
  }
}

/** It need not have a good mark: nobody ran it, or the first tenants came after it was deployed. */
function addProposal(dependencies: Dependencies, uses: Uses): void {
  try {
    uses.add(proposal(dependencies), { kind: 'good', text: '`tenantry rollback` goes back to it' });
  } catch (error) {
    if (!(error instanceof NothingToGoBackTo)) throw error;
  }
}

function addHolds({ home: { paths } }: Dependencies, uses: Uses): void {
  const held = heldTenants(paths);
  for (const tenant of listTenantNames(paths).filter((name) => held.has(name))) {
    const hold = readHold(paths, tenant);
    if (hold) uses.add(hold.release, { kind: 'hold', tenant, text: `${tenant} is held on it (run ${hold.run}: ${hold.why})` });
  }
}

/** What somebody is doing, or could go on with. */
function addWork(dependencies: Dependencies, uses: Uses): void {
  const { paths } = dependencies.home;
  const deploy = unfinishedJournal(paths, dependencies.report);
  if (deploy) {
    const before = Object.values(deploy.tenants).map((turn) => turn.before);
    for (const id of [deploy.release, deploy.from, ...before]) {
      if (id !== null) uses.add(id, { kind: 'deploy', text: `the ${deploy.verb} ${deploy.run} is not finished` });
    }
  }
  for (const record of readRuns(paths, resumableRuns)) {
    const canResume = record.start.verb !== 'tenant create' && unfinishedOf(record).length > 0;
    if (record.state !== 'running' && !canResume) continue;
    uses.add(record.start.release, { kind: 'run', text: `the run ${record.start.run} is not finished` });
  }
  for (const lock of showLocks(dependencies)) {
    if (lock.state !== 'held') continue;
    const text = `${ownerText(lock)} holds the lock ${lock.name} for it`;
    for (const id of lock.releases) uses.add(id, { kind: 'lock', text });
  }
}

/** By their paths, and by what the supervisor says: its processes may be in a container of their own. */
async function addProcesses(dependencies: Dependencies, uses: Uses): Promise<void> {
  const tenants = [...(await runningTenants(dependencies)).values()];
  for (const { tenant, release, pid } of tenants) {
    if (release === null || pid === null) continue;
    uses.add(release, { kind: 'process', pid, tenant, text: `${tenant} runs from it (process ${pid})` });
  }
  const named = new Set(tenants.map(({ pid, release }) => `${pid} ${release}`));
  for (const { pid, name } of processesBelow(dependencies.home.paths.releases)) {
    if (named.has(`${pid} ${name}`)) continue;
    const who = pid === process.pid ? 'this command' : `process ${pid}`;
    uses.add(name, { kind: 'process', pid, text: `${who} runs from it` });
  }
}
