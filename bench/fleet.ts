import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import type { TestingTenant } from '#libs/runtime';

import { checkoutDir, entry, pinnedNode } from '../tests/support/command-line.js';
import type { FloorWork } from './fleet-floor.js';
import type { BenchFleet } from './fleet-home.js';
import { type Compared, compare, median } from './median.js';
import { measureLoop } from './typeorm-loop.js';

export interface MeasuredFleet {
  readonly startUpMs: number;
  /** Times less the start-up of a command. */
  readonly noOp: Compared;
  readonly migration: Compared;
  /** One run over the fleet, as the TypeORM CLI would take for it, in s. */
  readonly loopSeconds: number;
  readonly scale: readonly Scaled[];
}

export interface Scaled {
  readonly tenants: number;
  readonly noOpMs: number;
  readonly peakMegabytes: number;
  readonly floorPeakMegabytes: number;
}

interface Ran {
  readonly elapsedMs: number;
  readonly peakMegabytes: number;
}

/** As `scripts/tenantry` starts Node. */
const flags = ['--max-semi-space-size=2'];
/** As many as a command takes by itself where the server has room. */
const width = 16;
const head = ['SELECT name FROM public.migrations ORDER BY id DESC LIMIT 1'];

export async function measureFleet(fleet: BenchFleet, rounds: number): Promise<Omit<MeasuredFleet, 'scale'>> {
  const { home } = fleet;
  await command(home.dir, 'migrate', '--all');
  const startUps: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    startUps.push((await command(home.dir, 'migrate', '--tenant', 't01')).elapsedMs);
  }
  const startUpMs = median(startUps);
  const noOps: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    noOps[0].push((await command(home.dir, 'migrate', '--all')).elapsedMs - startUpMs);
    noOps[1].push(floor(fleet, head).elapsedMs);
  }
  const migrations = await measureMigrations(fleet, rounds, startUpMs);
  const loopSeconds = measureLoop(checkoutDir, home.tenants);
  return {
    startUpMs,
    noOp: compare(...noOps),
    migration: compare(...migrations),
    loopSeconds,
  };
}

async function measureMigrations(
  fleet: BenchFleet,
  rounds: number,
  startUpMs: number,
): Promise<[number[], number[]]> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    fleet.add({ up: tableSql(`ours_${round}`) });
    times[0].push((await command(fleet.home.dir, 'migrate', '--all')).elapsedMs - startUpMs);
    times[1].push(floor(fleet, ['BEGIN', ...tableSql(`bare_${round}`), 'COMMIT']).elapsedMs);
  }
  return times;
}

/** As a release of the product would bring it: a table, an index, a column with a default elsewhere. */
function tableSql(name: string): string[] {
  return [
    `CREATE TABLE ${name} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL, at timestamptz NOT NULL DEFAULT now())`,
    `CREATE INDEX ${name}_title ON ${name} (title)`,
    `ALTER TABLE applied ADD COLUMN ${name} int NOT NULL DEFAULT 0`,
  ];
}

/** Nothing to do over as many tenants as there are now. */
export async function measureScale(fleet: BenchFleet, rounds: number): Promise<Scaled> {
  const { home } = fleet;
  await command(home.dir, 'migrate', '--all');
  const [ran, floors]: [Ran[], Ran[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    ran.push(await command(home.dir, 'migrate', '--all'));
    floors.push(floor(fleet, head));
  }
  return {
    tenants: home.tenants.length,
    noOpMs: median(ran.map(({ elapsedMs }) => elapsedMs)),
    peakMegabytes: median(ran.map(({ peakMegabytes }) => peakMegabytes)),
    floorPeakMegabytes: median(floors.map(({ peakMegabytes }) => peakMegabytes)),
  };
}

async function command(home: string, ...words: readonly string[]): Promise<Ran> {
  const began = performance.now();
  const child = spawn(pinnedNode, [...flags, entry, ...words], {
    env: { TENANTRY_HOME: home, PATH: process.env['PATH'], NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const failures: string[] = [];
  createInterface(child.stderr).on('line', (line) => line.startsWith('✖') && failures.push(line));
  let peak = 0;
  const timer = setInterval(() => (peak = peakOf(child.pid) ?? peak), 10);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  clearInterval(timer);
  if (code !== 0) throw new TypeError(`tenantry ${words.join(' ')}: exit ${code}\n${failures[0]}`);
  return { elapsedMs: performance.now() - began, peakMegabytes: peak };
}

/** The most that a process had in memory so far; undefined when it is gone. */
function peakOf(pid: number | undefined): number | undefined {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}

/** Without the start of its process, which a command's own is no part of either. */
function floor({ home }: BenchFleet, sql: readonly string[]): Ran {
  const file = join(home.dir, 'floor.json');
  const work: FloorWork = { databases: home.tenants.map(ownerLogin), width, sql };
  writeFileSync(file, JSON.stringify(work), { mode: 0o600 });
  const script = join(import.meta.dirname, 'fleet-floor.js');
  const { status, stdout, stderr } = spawnSync(pinnedNode, [script, file], { encoding: 'utf8' });
  if (status !== 0) throw new TypeError(stderr);
  const [elapsedMs = NaN, peakMegabytes = NaN] = stdout.split(' ').map(Number);
  return { elapsedMs, peakMegabytes };
}

function ownerLogin({ database }: TestingTenant): FloorWork['databases'][number] {
  const { server, name, ownerRole, ownerPassword } = database;
  const login = { user: ownerRole, password: ownerPassword.reveal() };
  return { host: server.host, port: server.port, database: name, ssl: false, ...login };
}
