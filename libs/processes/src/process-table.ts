import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const bootIdFile = '/proc/sys/kernel/random/boot_id';

/**
 * Identifies a process beyond its pid, which the system reuses; `undefined` when there is none, or only its zombie.
 * Opaque: compare it, do not read it.
 */
export function processStartTime(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (process.platform !== 'linux') return askPs(pid, 'lstart=');
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name in parentheses can hold spaces and parentheses itself: fields are counted from the last one (proc(5)).
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z' || state === 'X') return undefined;
  // Ticks count from boot, so the same pid and ticks can come again after one.
  return `${readIfThere(bootIdFile)?.trim() ?? ''}/${rest[18] ?? ''}`;
}

/** Whether the very process that began at `startTime` still runs (a zombie does not). */
export function processIsAlive(pid: number, startTime: string): boolean {
  return processStartTime(pid) === startTime;
}

/** Resident memory in bytes; `undefined` when the process is gone. */
export function rssBytes(pid: number): number | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (process.platform !== 'linux') return kilobytes(askPs(pid, 'rss='));
  // smaps_rollup is exact but only its owner may read it; status lags by some pages and is open to all.
  const exact = /^Rss:\s+(\d+) kB/m.exec(readIfThere(`/proc/${pid}/smaps_rollup`) ?? '');
  const rough = exact ?? /^VmRSS:\s+(\d+) kB/m.exec(readIfThere(`/proc/${pid}/status`) ?? '');
  return kilobytes(rough?.[1]);
}

function kilobytes(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text) * 1024;
}

/** A process that ends while it is looked at is no error: there is nothing to read, that is all. */
function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function askPs(pid: number, column: string): string | undefined {
  try {
    const found = execFileSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' }).trim();
    return found === '' ? undefined : found;
  } catch {
    return undefined;
  }
}
