import { type TenantName, UsageError, requireTenant } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { openLog } from './open-log.js';
import { unitsOf } from './units.js';

export interface LogRequest {
  readonly name: string;
  /** A site that has a process of its own. */
  readonly site?: string | undefined;
  readonly lines: number;
  /** Given: called with what is written from now on, until the command is interrupted. */
  readonly follow?: ((text: string) => void) | undefined;
}

/** The newest lines of a tenant's log, oldest first; with `follow` they are handed on instead, and new ones after them. */
export async function tenantLogs(dependencies: Dependencies, request: LogRequest): Promise<string[]> {
  const tenant = requireTenant(dependencies.home.paths, request.name);
  const log = await openLog(dependencies, await unitOf(dependencies, tenant, request.site));
  const lines = await log.tail(request.lines);
  if (!request.follow) return lines;
  for (const line of lines) request.follow(`${line}\n`);
  for await (const line of log.follow(dependencies.signal)) request.follow(`${line}\n`);
  return [];
}

async function unitOf(
  dependencies: Dependencies,
  tenant: TenantName,
  site: string | undefined,
): Promise<string> {
  if (site === undefined) return tenant;
  const units = unitsOf((await dependencies.settings()).load(tenant));
  const found = units.find((unit) => unit.site?.name === site);
  if (found !== undefined) return found.name;
  throw new UsageError(`${tenant}: there is no site "${site}" with a process of its own.`, {
    tenant,
    hint: `Sites that share the tenant's process write to its log: tenantry logs ${tenant}.`,
  });
}
