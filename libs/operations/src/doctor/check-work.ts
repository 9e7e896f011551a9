import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { hostname } from 'node:os';
import { processIsAlive } from '#libs/processes';
import { notOver } from '../lifecycle/journal.js';
import { type DeployJournal, readJournals, unfinishedJournal } from '../releases/deploy/journal.js';
import { heldTenants, holdFile, readHold } from '../releases/release-of.js';
import type { Runner } from '../runs/run-entries.js';
import { readRuns, type RunRecord, unfinishedOf } from '../runs/run-record.js';
import { type Examined, isBusy } from './examine.js';
import { found, type Found } from './finding.js';
import { shortened } from '../shortened.js';

/** Work that somebody began and nobody is at any more; each looked for by itself, as any record may be broken. */
export const workChecks = { creations, 'life cycle': lifecycle, deploys, runs, holds } as const;

function creations(examined: Examined): Found[] {
  return [...examined.creations]
    .filter(([tenant]) => !isBusy(examined, tenant))
    .map(([tenant, cut]) =>
      found('creation-unfinished', {
        ...{ tenant, where: `state/creating/${tenant}.json`, what: 'its creation was cut off' },
        found: 'problem' in cut ? cut.problem : undefined,
        fix: `tenantry tenant create ${tenant} (takes back what was made, then makes it anew)`,
      }),
    );
}

function lifecycle(examined: Examined): Found[] {
  return examined.lifecycle
    .filter(({ tenants }) => !tenants.some((tenant) => isBusy(examined, tenant)))
    .map(({ tenant, journal }) => {
      const where = `state/lifecycle/${tenant}.json`;
      if ('problem' in journal) {
        const fix = 'Restore the file from a backup: it says what was begun. Do not remove it.';
        return found('life-cycle-unfinished', {
          tenant,
          where,
          what: 'cannot be read',
          found: journal.problem,
          fix,
        });
      }
      const { command, step, run } = journal.record;
      const at = step === null ? 'before its first step' : `at its step "${step}"`;
      const what = `"${command}" was cut off ${at} (run ${run})`;
      return found('life-cycle-unfinished', { tenant, where, what, fix: notOver(journal.record).hint ?? '' });
    });
}

function deploys(examined: Examined): Found[] {
  const { paths } = examined.dependencies.home;
  const unreadable = readJournals(paths).damaged.map(({ file, why }) => {
    const where = relative(paths.home, file);
    const fix = 'Restore the file from a backup, or remove it if no deploy waits to be finished.';
    return found('deploy-unfinished', { where, what: 'cannot be read', found: why, fix });
  });
  const journal = unfinishedJournal(paths);
  return [...unreadable, ...(journal === undefined ? [] : unfinishedDeploy(examined, journal))];
}

function unfinishedDeploy({ locks }: Examined, journal: DeployJournal): Found[] {
  const { run, verb, release, state, step, runner, error } = journal;
  const isAtWork = state === 'running' && isAlive(runner);
  if (isAtWork || locks.some((lock) => lock.state === 'held' && lock.name === 'deploy')) return [];
  const where = `state/deploys/${run}.json`;
  const fix = `tenantry deploy resume ${run}, or: tenantry rollback`;
  if (state === 'paused') {
    const what = `the ${verb} of ${release} waits behind its canary`;
    return [found('deploy-paused', { where, what, fix })];
  }
  const what = `the ${verb} of ${release} ${state === 'running' ? 'was cut off' : 'stopped'} at its step "${step}"`;
  return [found('deploy-unfinished', { where, what, found: error ?? undefined, fix })];
}

/** How many runs back is looked. */
const runsToRead = 50;

function runs({ dependencies }: Examined): Found[] {
  // Newest first: what a later run has done needs no earlier one.
  const done = new Set<string>();
  return readRuns(dependencies.home.paths, runsToRead).flatMap((record) => {
    // What of a creation was cut off has a record of its own; the rest was not begun.
    if (record.start.verb === 'tenant create') return [];
    const open =
      record.state === 'interrupted' ? unfinishedOf(record).filter((tenant) => !done.has(tenant)) : [];
    for (const [tenant, { state }] of record.outcomes) if (state === 'done') done.add(tenant);
    return open.length === 0 ? [] : [unfinishedRun(record, open)];
  });
}

function unfinishedRun({ start }: RunRecord, open: readonly string[]): Found {
  return found('run-unfinished', {
    ...{
      where: `state/runs/${start.run}.jsonl`,
      what: `"${start.command}" was cut off and did not reach all tenants`,
    },
    found: `not reached: ${shortened(open, 5)}`,
    fix: `tenantry migrate resume ${start.run}`,
  });
}

function holds({ dependencies, names }: Examined): Found[] {
  const { paths } = dependencies.home;
  const known = new Set<string>(names);
  return [...heldTenants(paths)].toSorted().map((tenant) => {
    const where = `state/held/${tenant}.json`;
    if (!known.has(tenant)) {
      const file = holdFile(paths, tenant);
      const fix = `rm ${file.includes(' ') ? `'${file}'` : file}`;
      return found('hold-orphan', { tenant, where, what: 'holds back a tenant that is not there', fix });
    }
    const hold = readHold(paths, tenant);
    const { release = '', run = '', why = '' } = hold ?? {};
    const what = `is held on release ${release} by run ${run}`;
    const isThere = existsSync(join(paths.releases, release));
    // Where its release is gone its settings are broken, and say so.
    const fix = isThere ? 'The next deploy that succeeds for it lets it go.' : `tenantry deploy`;
    return found('release-held', { tenant, where, what, found: why, fix });
  });
}

function isAlive({ host, pid, startTime }: Runner): boolean {
  return host !== hostname() || (startTime !== null && processIsAlive(pid, startTime));
}
