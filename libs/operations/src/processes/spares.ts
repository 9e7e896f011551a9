import { join } from 'node:path';
import type { SparePoolOptions, Supervisor } from '#libs/processes';
import { tenantCommand } from '#libs/release';
import type { Dependencies } from '../dependencies.js';
import { loadFleet } from '../fleet.js';
import { errorText } from '../outcome.js';
import { ScratchTenants } from './scratch-tenant.js';

/** `undefined` where tenantry.yaml asks for none. */
export function spareOptions({ home }: Dependencies): Omit<SparePoolOptions, 'report'> | undefined {
  const { spares: count } = home.host;
  if (count === 0) return undefined;
  const { run } = home.paths;
  return { count, logFile: join(run, 'log', 'spares.log'), pidFile: join(run, 'pids', 'spares.json') };
}

export function scratchTenants(dependencies: Dependencies): ScratchTenants | undefined {
  return dependencies.home.host.spares === 0 ? undefined : new ScratchTenants(dependencies);
}

/**
 * Has spares of the kind made that most tenants are of, so that the first request after a start finds one; other kinds
 * follow with their first tenant. Removes what earlier releases needed for it. Never rejects: it goes without, too.
 */
export async function stockSpares(
  dependencies: Dependencies,
  supervisor: Supervisor,
  scratch: ScratchTenants | undefined,
): Promise<void> {
  if (dependencies.home.host.processes !== 'embedded') return;
  try {
    const release = dependencies.currentRelease();
    const most = scratch && (await commonest(dependencies));
    await (scratch ?? new ScratchTenants(dependencies)).prune(most ? [{ release, app: most.app }] : []);
    if (scratch === undefined || most === undefined) return;
    supervisor.stockSpares({
      ...{ release: release.id, cwd: release.dir },
      ...tenantCommand(release, most.app, { memoryBytes: most.memory }),
      scratch: () => scratch.environment({ release, app: most.app }),
    });
  } catch (error) {
    dependencies.report.warn(`spares: none are kept: ${errorText(error)}`);
  }
}

interface Kind {
  readonly app: string;
  readonly memory: number;
}

async function commonest(dependencies: Dependencies): Promise<Kind | undefined> {
  const { loaded } = await loadFleet(dependencies);
  const counts = new Map<string, Kind & { readonly count: number }>();
  for (const { settings } of loaded.values()) {
    const { app, process } = settings;
    const key = `${app} ${process.memory}`;
    counts.set(key, { app, memory: process.memory, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].toSorted((one, other) => other.count - one.count)[0];
}
