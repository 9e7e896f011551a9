import { type TenantName, isTenantName, listTenantNames } from '#libs/settings';
import { type ProcessStatus, Supervisor } from '#libs/processes';
import type { Dependencies } from '../dependencies.js';
import { errorText } from '../outcome.js';
import { ConnectionLimits } from '../tenants/connection-limit.js';
import { appendToTimeline, newRunId } from '../timeline.js';
import { Claims } from './claims.js';
import { prepareLaunch } from './launch.js';
import type { Routes } from './routes.js';
import type { ScratchTenants } from './scratch-tenant.js';
import { spareOptions } from './spares.js';
import { parseUnit } from './units.js';

export interface Supervising {
  readonly routes: Routes;
  readonly scratch: ScratchTenants | undefined;
  readonly awaited: readonly TenantName[];
}

/** The supervisor of a home: it prepares each start by the settings as they are then, and notes in the timelines what happens. */
export function superviseHome(
  dependencies: Dependencies,
  { routes, scratch, awaited }: Supervising,
): Supervisor {
  const toStart = new Set<string>(awaited);
  const limits = new ConnectionLimits(dependencies);
  const claims = new Claims(dependencies);
  const isNewcomer = newcomers(dependencies, () => supervisor.status());
  const supervisor: Supervisor = new Supervisor({
    // Of a large home the last ones wait for their start: a visitor is served now.
    startsOnRequest: (tenant) => toStart.has(tenant) || isNewcomer(tenant),
    prepare: async (tenant) => {
      await routes.reload();
      return prepareLaunch(dependencies, tenant, { claims, limits, scratch });
    },
    spares: spareOptions(dependencies),
    now: dependencies.now,
    report: (line) => dependencies.report.step(line),
  });
  supervisor.events.on('change', (status) => {
    if (status.state === 'running' || status.state === 'refused' || status.state === 'crashed') {
      noteChange(dependencies, routes, status);
    }
  });
  return supervisor;
}

/**
 * Which tenants a first request starts besides: those made after the supervisor, when all that it found were started
 * here, as by `npm start` or `start --all`. Where the operator chose some of the home's tenants, the others stay stopped.
 */
function newcomers(
  { home }: Dependencies,
  status: () => readonly ProcessStatus[],
): (tenant: string) => boolean {
  const found = new Set<string>(listTenantNames(home.paths));
  return (unit) => {
    const { tenant, site } = parseUnit(unit);
    const started = new Set(status().map((one) => one.tenant));
    // A site that was given its own process since: its host is routed there.
    if (site !== undefined && started.has(tenant)) return true;
    if (found.has(tenant)) return false;
    return listTenantNames(home.paths).every((name) => !found.has(name) || started.has(name));
  };
}

function noteChange(dependencies: Dependencies, routes: Routes, status: ProcessStatus): void {
  const { tenant, site } = parseUnit(status.tenant);
  if (!isTenantName(tenant)) return;
  const { state, pid, release, lastError } = status;
  const now = dependencies.now();
  try {
    appendToTimeline(dependencies.home.paths, tenant, {
      ...{ at: now.toISOString(), run: newRunId(now) },
      event: state === 'running' ? 'started' : state,
      ...(site === undefined ? {} : { site }),
      ...(state === 'running' ? { pid, release, hosts: routes.hostsOf(tenant) } : { error: lastError }),
    });
  } catch (error) {
    // A full disk must not end the supervisor, and every tenant with it.
    dependencies.report.warn(`${status.tenant}: its timeline cannot be written: ${errorText(error)}.`);
  }
}
