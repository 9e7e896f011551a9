import { requireTenant } from '#libs/settings';
import { followLog, readLogTail } from '#libs/processes';
import type { Dependencies } from './dependencies.js';
import { logFileOf } from './launch.js';

export interface LogRequest {
  readonly name: string;
  readonly lines: number;
  /** Given: called with what is written from now on, until the command is interrupted. */
  readonly follow?: ((text: string) => void) | undefined;
}

/** The newest lines of a tenant's log, oldest first; with `follow` they are handed on instead, and new ones after them. */
export async function tenantLogs(dependencies: Dependencies, request: LogRequest): Promise<string[]> {
  const tenant = requireTenant(dependencies.home.paths, request.name);
  const file = logFileOf(dependencies, tenant);
  const lines = await readLogTail(file, request.lines);
  if (!request.follow) return lines;
  for (const line of lines) request.follow(`${line}\n`);
  for await (const line of followLog(file, dependencies.signal)) request.follow(`${line}\n`);
  return [];
}
