/** Identifies a process beyond its pid, which the system reuses; `undefined` when there is no such process. */
export function processStartTime(_pid: number): string | undefined {
  throw new TypeError('not yet');
}

/** Whether the very process that began at `startTime` still runs (a zombie does not). */
export function processIsAlive(_pid: number, _startTime: string): boolean {
  throw new TypeError('not yet');
}

/** Resident memory; `undefined` when the process is gone. */
export function rssBytes(_pid: number): number | undefined {
  throw new TypeError('not yet');
}
