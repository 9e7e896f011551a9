import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import os from 'node:os';
import { systemCode } from './errors.js';

/** An upload that is being received is written to all the time; a process that is somewhere else cannot be looked at. */
export const abandonedAfterMs = 60 * 60 * 1000;

/** A new name for a file that this process is receiving: `<where ids are its own>-<id>-<start>-<random>.part`. */
export function newUploadName(): string {
  return `${place()}-${process.pid}-${startOf(process.pid) ?? 'unknown'}-${randomUUID()}.part`;
}

/**
 * Whether nobody receives this file any more. Of a process that could be seen from here, its id and start say so: an id
 * alone comes again. Of one on another host or in another container, or of an unknown name, only time does.
 */
export function isAbandoned(name: string, unchangedMs: number): boolean {
  const [, where, pid, start] = /^([0-9a-f]{12})-(\d+)-(\w+)-/.exec(name) ?? [];
  if (where !== place()) return unchangedMs > abandonedAfterMs;
  return startOf(Number(pid)) !== start;
}

/** Within which process ids mean the same: a container has its own, and a host other ones after each boot. */
function place(): string {
  const parts = [os.hostname(), read('/proc/sys/kernel/random/boot_id'), namespace()];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 12);
}

function namespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** In clock ticks since boot; `undefined` where there is no such process, or only its zombie. */
function startOf(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (process.platform !== 'linux') return isAlive(pid) ? 'unknown' : undefined;
  const stat = read(`/proc/${pid}/stat`);
  // The name in parentheses can hold spaces and parentheses itself: fields are counted from the last one (proc(5)).
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' || state === 'Z' || state === 'X' ? undefined : rest[18];
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
