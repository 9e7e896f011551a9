import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endProcesses, readPidFile } from './pid-file.js';
import type { Report } from './launch.js';

export interface OrphanSearch {
  /** Where the pid files are; what is no pid file there is left alone. */
  readonly folder: string;
  /** Time to drain before SIGKILL. */
  readonly graceMs: number;
  readonly report: Report;
}

/**
 * Ends tenant processes that a killed supervisor left behind. Those that are well drain by themselves when their
 * channel closes; this finds the hung ones. To be called under the supervisor's lock. Returns their pids.
 */
export async function endOrphans({ folder, graceMs, report }: OrphanSearch): Promise<number[]> {
  const names = await readdir(folder).catch(() => []);
  const ended = await Promise.all(names.map((name) => endOrphansOf(join(folder, name), graceMs)));
  const pids = ended.flat();
  if (pids.length > 0) report(`Ended ${pids.length} left-over tenant processes: ${pids.join(', ')}.`);
  return pids;
}

/** The same for one pid file, which is removed. */
export async function endOrphansOf(pidFile: string, graceMs: number): Promise<number[]> {
  const recorded = readPidFile(pidFile);
  if (recorded.length === 0) return [];
  const pids = await endProcesses(recorded, graceMs);
  await rm(pidFile, { force: true });
  return pids;
}
