import type { Report } from './launch.js';

export interface OrphanSearch {
  /** Where the pid files are. */
  readonly folder: string;
  /** Time to drain before SIGKILL. */
  readonly graceMs: number;
  readonly report: Report;
}

/** Ends tenant processes that a killed supervisor left behind; to be called under the supervisor's lock. Returns their pids. */
export function endOrphans(_search: OrphanSearch): Promise<number[]> {
  throw new TypeError('not yet');
}
