import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findStaleSockets, processIsAlive, readPidFile, removeStaleSocket } from '#libs/processes';
import { isTenantName, namesIn, type TenantName } from '#libs/settings';
import { parseUnit, unitsOf } from '../processes/units.js';
import { isSuspended } from '../tenants/suspended.js';
import type { Examined } from './examine.js';
import { found, type Found } from './finding.js';

/** What runs, and what processes that are gone have left in `run`. */
export const processChecks = { processes: suspended, sockets, 'pid files': pids } as const;

function suspended({ fleet, running }: Examined): Found[] {
  if (running instanceof Error) throw running;
  return [...fleet.loaded.values()].filter(isSuspended).flatMap((loaded) => {
    const units = unitsOf(loaded).flatMap(({ name }) => running.get(name) ?? []);
    const alive = units.filter(({ pid }) => pid !== null);
    if (alive.length === 0) return [];
    const { tenant } = loaded;
    return [
      found('suspended-running', {
        ...{ tenant, where: `tenants/${tenant}/settings.yaml`, what: 'is suspended, and runs' },
        found: alive.map(({ tenant: unit, pid }) => `${unit} (process ${pid ?? ''})`).join(', '),
        fix: `tenantry tenant suspend ${tenant} (again: it makes sure of the rest), or: tenantry tenant resume ${tenant}`,
      }),
    ];
  });
}

async function sockets({ dependencies }: Examined): Promise<Found[]> {
  const { paths } = dependencies.home;
  const folders = [...new Set([paths.sockets, paths.run])];
  const stale = (await Promise.all(folders.map(findStaleSockets))).flat();
  return stale.map((socket) => {
    const tenant = tenantOf(basename(socket.path));
    const what = 'a socket on which nobody listens any more';
    const repair = {
      ...{ key: `socket ${socket.path}`, tenant, does: `remove ${socket.path}` },
      run: () => removeStaleSocket(socket),
    };
    return found('socket-stale', { tenant: tenant ?? undefined, where: socket.path, what, repair });
  });
}

function pids({ dependencies }: Examined): Found[] {
  const folder = join(dependencies.home.paths.run, 'pids');
  const isStale = (file: string): boolean =>
    readPidFile(join(folder, file)).every(({ pid, startTime }) => !processIsAlive(pid, startTime));
  return namesIn(folder)
    .toSorted()
    .filter((name) => name.endsWith('.json') && isStale(name))
    .map((name) => {
      const tenant = tenantOf(name);
      const repair = {
        ...{ key: `pid ${name}`, tenant, does: `remove run/pids/${name}` },
        run: () => {
          if (isStale(name)) rmSync(join(folder, name), { force: true });
        },
      };
      const what = 'names processes that are gone';
      return found('pid-stale', { tenant: tenant ?? undefined, where: `run/pids/${name}`, what, repair });
    });
}

/** `liberty` of `liberty.kids.sock`. */
function tenantOf(file: string): TenantName | null {
  const { tenant } = parseUnit(file.replace(/\.(sock|json)(\..*)?$/, ''));
  return isTenantName(tenant) && tenant !== 'supervisor' ? tenant : null;
}
