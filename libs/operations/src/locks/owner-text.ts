import type { LockOwner } from './lock-file.js';

/** `"tenantry deploy" (process 4711 on web-1)` */
export function ownerText({ command, pid, host }: Pick<LockOwner, 'command' | 'pid' | 'host'>): string {
  return `"${command}" (process ${pid} on ${host})`;
}

/** `"tenantry deploy" (process 4711 on web-1, since 2026-11-21T20:00:00.000Z)` */
export function ownerSince({
  command,
  pid,
  host,
  at,
}: Pick<LockOwner, 'command' | 'pid' | 'host' | 'at'>): string {
  return `"${command}" (process ${pid} on ${host}, since ${at})`;
}
