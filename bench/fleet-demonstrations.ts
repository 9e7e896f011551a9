import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { connectAs } from '#libs/database';
import { forEachOf } from '#libs/operations';
import type { TestingTenant } from '#libs/runtime';

import { entry, pinnedNode } from '../tests/support/command-line.js';
import { madeName, runFilesOf } from '../tests/support/fleet-home.js';
import type { BenchFleet } from './fleet-home.js';
import { holds, type Say } from './holds.js';

interface Ended {
  readonly run: string;
  readonly counts: { done: number; failed: number; skipped: number; notReached: number };
  readonly tenants: readonly { name: string; error: string | null }[];
}

/** Kills the runner at a random moment, goes on, and looks whether each database has each migration once. */
export async function showKilledRunner(fleet: BenchFleet, say: Say): Promise<void> {
  const { home, add } = fleet;
  const count = home.tenants.length;
  await home.run('migrate', '--all', '--quiet');
  for (const round of [1, 2, 3]) {
    const known = add(
      { up: `INSERT INTO applied VALUES (${round})` },
      { up: [`CREATE TABLE made_${round} (id int)`, `INSERT INTO applied VALUES (${round + 100})`] },
    );
    // One in each third of the run, which is random within it.
    const killAt = Math.floor(((round - 1 + Math.random()) / 3) * count);
    const { run, ended, begun } = await killedRun(home.dir, killAt);
    const { state } = (await home.run('runs', 'show', run, '--json')).json<{ run: { state: string } }>().run;
    const resumed = await home.run('migrate', 'resume', run, '--json');
    const { counts } = resumed.json<Ended>();
    await requireOnce(fleet, known, run);
    say(
      `kill -9 after ${ended} of ${count} tenants had ended and ${begun} had begun: run ${run} is ${state}; ` +
        `\`migrate resume\`: exit ${resumed.code}, ${counts.done} done, ${counts.failed} failed; ` +
        `each of ${count} databases at ${madeName(known)}, each migration applied once.`,
    );
    holds(resumed.code === 0 && counts.done === count, 'all tenants are done after the resume');
  }
}

async function killedRun(
  home: string,
  killAt: number,
): Promise<{ run: string; ended: number; begun: number }> {
  const before = new Set(runFilesOf(home));
  const child = spawn(pinnedNode, [entry, 'migrate', '--all'], {
    env: { TENANTRY_HOME: home, PATH: process.env['PATH'] },
    stdio: 'ignore',
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  let file: string | undefined;
  while (file === undefined || countOf(file, 'tenant ended') < killAt) {
    await sleep(2);
    const found = runFilesOf(home).find((each) => !before.has(each));
    file = found && join(home, 'state', 'runs', found);
    holds(child.exitCode === null, 'the runner is killed before it ends');
  }
  await sleep(Math.random() * 20);
  child.kill('SIGKILL');
  await gone;
  const run = file.replace(/.*\//, '').replace('.jsonl', '');
  return { run, ended: countOf(file, 'tenant ended'), begun: countOf(file, 'tenant started') };
}

function countOf(file: string, event: string): number {
  if (!existsSync(file)) return 0;
  return readFileSync(file, 'utf8').split(`"event":"${event}"`).length - 1;
}

/** By the ledger, by the history, by what the migrations wrote, and by the record of the run. */
async function requireOnce({ home }: BenchFleet, known: number, run: string): Promise<void> {
  const names = Array.from({ length: known }, (_, index) => madeName(index + 1));
  await forEachOf(home.tenants, 8, async (tenant) => {
    const ledger = await home.ledgerOf(tenant);
    holds(ledger.map(({ name }) => name).join() === names.join(), `${tenant.name} has ${names.join()}`);
    holds(
      ledger.slice(-2).every((each) => each.run === run),
      `${tenant.name} has them by run ${run}`,
    );
    const rows = await rowsOf(tenant);
    holds(new Set(rows).size === rows.length && rows.length === known - 1, `${tenant.name} wrote once`);
  });
}

async function rowsOf({ database }: TestingTenant): Promise<number[]> {
  const connection = await connectAs(database, 'runtime');
  const { rows } = await connection.query<{ id: number }>('SELECT id FROM applied');
  await connection.end();
  return rows.map(({ id }) => id);
}

/** One tenant's data does not bear a migration: the others are done, and after the fix it alone is run again. */
export async function showFailedTenant({ home, add }: BenchFleet, say: Say): Promise<void> {
  const count = home.tenants.length;
  const seventh = home.tenants[6];
  if (seventh === undefined) throw new TypeError('Fewer than seven tenants.');
  await asOwner(seventh, 'INSERT INTO applied VALUES (-7)');
  const known = add({ up: 'ALTER TABLE applied ADD CONSTRAINT positive CHECK (id > 0)' });
  const ran = await home.run('migrate', '--all', '--json');
  const first = ran.json<Ended>();
  const error = first.tenants.find(({ name }) => name === seventh.name)?.error ?? '';
  say(
    `${seventh.name}'s data does not bear a migration: exit ${ran.code}, ${first.counts.done} done, ${first.counts.failed} failed: ${error}`,
  );
  holds(ran.code === 3 && first.counts.done === count - 1 && first.counts.failed === 1, 'one failed');
  await asOwner(seventh, 'DELETE FROM applied WHERE id = -7');
  const again = await home.run('migrate', 'retry-failed', first.run, '--json');
  const second = again.json<Ended>();
  say(
    `after the fix, \`migrate retry-failed\`: exit ${again.code}, ran ${second.tenants.length}: ${second.tenants[0]?.name}`,
  );
  holds(again.code === 0 && second.tenants.length === 1 && second.counts.done === 1, 'one was tried again');
  for (const tenant of home.tenants) {
    holds((await home.ledgerOf(tenant)).length === known, `${tenant.name} is at the head`);
  }
}

async function asOwner({ database }: TestingTenant, sql: string): Promise<void> {
  const connection = await connectAs(database, 'owner');
  await connection.query(sql);
  await connection.end();
}
