import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { HomePaths, TenantName } from '#libs/settings';

/** One line of a tenant's timeline or of the list of runs. */
export interface TimelineEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly run: string;
  readonly event: string;
  readonly [detail: string]: unknown;
}

/** Sorts by time, unique without a registry: `20261121-014502-3f9a`. */
export function newRunId(now: Date): string {
  const stamp = now.toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}

export function timelineFile({ state }: Pick<HomePaths, 'state'>, tenant: TenantName): string {
  return join(state, 'tenants', `${tenant}.jsonl`);
}

/**
 * Appends one line; a single O_APPEND write, so that two commands never mix their lines. It is on the disk then, unless
 * `isDurable` is false: for whoever keeps a record of its own that is.
 */
export function appendToTimeline(
  paths: HomePaths,
  tenant: TenantName,
  entry: TimelineEntry,
  { isDurable = true } = {},
): void {
  const file = timelineFile(paths, tenant);
  appendLine({ folder: dirname(file), name: basename(file), isDurable }, entry);
}

/** Appends to the list of all runs of the home. */
export function appendToRuns(paths: HomePaths, entry: TimelineEntry): void {
  appendLine({ folder: paths.state, name: 'runs.jsonl', isDurable: true }, entry);
}

/** The newest `count` entries, oldest first; lines that a crash cut short are left out. */
export function readTimeline(paths: HomePaths, tenant: TenantName, count: number): TimelineEntry[] {
  const lines = readLines(timelineFile(paths, tenant));
  return lines.slice(-count).flatMap(parseEntry);
}

function appendLine(
  { folder, name, isDurable }: { folder: string; name: string; isDurable: boolean },
  entry: TimelineEntry,
): void {
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  appendFileSync(join(folder, name), `${JSON.stringify(entry)}\n`, { mode: 0o640, flush: isDurable });
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function parseEntry(line: string): TimelineEntry[] {
  try {
    return [JSON.parse(line) as TimelineEntry];
  } catch {
    return [];
  }
}

/** The hosts with which a tenant was last created or started; empty when it never was. */
export function latestHosts(paths: HomePaths, tenant: TenantName): string[] {
  const entry = readTimeline(paths, tenant, 200).findLast(({ hosts }) => Array.isArray(hosts));
  return (entry?.['hosts'] as string[] | undefined) ?? [];
}
