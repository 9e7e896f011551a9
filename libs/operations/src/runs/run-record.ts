import { readFileSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type HomePaths, UsageError } from '#libs/settings';
import { processStartTime } from '#libs/processes';
import type { TenantOutcome } from '../outcome.js';
import type { RunEntry, RunStart, Runner } from './run-entries.js';

export class UnknownRun extends UsageError {
  override readonly code = 'UNKNOWN_RUN';
}

export type RunState = 'running' | 'interrupted' | 'failed' | 'done';

/** A run as its file tells it. */
export interface RunRecord {
  readonly start: RunStart;
  readonly state: RunState;
  /** ISO 8601, UTC; null until it has come to its end. */
  readonly endedAt: string | null;
  /** By tenant: its last outcome. */
  readonly outcomes: ReadonlyMap<string, TenantOutcome>;
  /** By tenant: what was about to run when it was last begun. */
  readonly begun: ReadonlyMap<string, readonly string[]>;
}

export function runsFolder(paths: Pick<HomePaths, 'state'>): string {
  return join(paths.state, 'runs');
}

export function runFile(paths: Pick<HomePaths, 'state'>, run: string): string {
  return join(runsFolder(paths), `${run}.jsonl`);
}

/** @throws UnknownRun (exit 2) */
export function readRun(paths: Pick<HomePaths, 'state'>, run: string): RunRecord {
  const record = /^[\w-]+$/.test(run) ? read(paths, run) : undefined;
  if (record) return record;
  throw new UnknownRun(`run ${run}: there is no record of it.`, {
    hint: 'List what there is with `tenantry runs list`.',
  });
}

/** Newest first. A file whose first line was never finished is no run: nothing was done yet. */
export function readRuns(paths: Pick<HomePaths, 'state'>, count: number): RunRecord[] {
  const records: RunRecord[] = [];
  for (const run of runIds(paths)) {
    // Ids of the same second are in no order: all of them are read.
    const last = records.at(-1)?.start.run;
    if (records.length >= count && (last === undefined || secondOf(run) !== secondOf(last))) break;
    const record = read(paths, run);
    if (record) records.push(record);
  }
  return records.toSorted((a, b) => Date.parse(b.start.at) - Date.parse(a.start.at)).slice(0, count);
}

/** `20261121-145117` of `20261121-145117-df7a`. */
function secondOf(run: string): string {
  return run.slice(0, run.lastIndexOf('-'));
}

/** Tenants that the run was to reach and that have no outcome yet, or were not reached. */
export function unfinishedOf({ start, outcomes }: RunRecord): string[] {
  return start.tenants.filter((tenant) => (outcomes.get(tenant)?.state ?? 'not reached') === 'not reached');
}

function runIds(paths: Pick<HomePaths, 'state'>): string[] {
  try {
    const names = readdirSync(runsFolder(paths)).filter((name) => name.endsWith('.jsonl'));
    return names
      .map((name) => name.slice(0, -'.jsonl'.length))
      .toSorted()
      .toReversed();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function read(paths: Pick<HomePaths, 'state'>, run: string): RunRecord | undefined {
  const entries = readEntries(runFile(paths, run));
  const start = entries.find((entry) => entry.event === 'started');
  if (start?.event !== 'started') return undefined;
  const outcomes = new Map<string, TenantOutcome>();
  const begun = new Map<string, readonly string[]>();
  let end: Extract<RunEntry, { event: 'ended' }> | undefined;
  let runner: Runner = start.runner;
  for (const entry of entries) {
    if (entry.event === 'tenant ended') outcomes.set(entry.tenant, entry.outcome);
    if (entry.event === 'tenant started') begun.set(entry.tenant, entry.migrations);
    if (entry.event === 'resumed') [runner, end] = [entry.runner, undefined];
    if (entry.event === 'ended') end = entry;
  }
  const state = end ? stateOf(start, outcomes) : isAlive(runner) ? 'running' : 'interrupted';
  return { start, state, endedAt: end?.at ?? null, outcomes, begun };
}

function stateOf(start: RunStart, outcomes: ReadonlyMap<string, TenantOutcome>): RunState {
  const states = new Set(start.tenants.map((tenant) => outcomes.get(tenant)?.state ?? 'not reached'));
  if (states.has('failed')) return 'failed';
  return states.has('not reached') ? 'interrupted' : 'done';
}

/** A runner on another host cannot be looked at, so it is taken for alive. */
function isAlive({ host, pid, startTime }: Runner): boolean {
  if (host !== hostname()) return true;
  const started = processStartTime(pid);
  return started !== undefined && (startTime === null || started === startTime);
}

function readEntries(file: string): RunEntry[] {
  try {
    return readFileSync(file, 'utf8').split('\n').flatMap(parseEntry);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** A line that was cut short says nothing: what it was to tell is found in the databases. */
function parseEntry(line: string): RunEntry[] {
  try {
    return line === '' ? [] : [JSON.parse(line) as RunEntry];
  } catch {
    return [];
  }
}
