import { once } from 'node:events';
import { statfsSync } from 'node:fs';
import { connect } from 'node:net';
import type { ProcessStatus } from '#libs/processes';
import type { Dependencies } from '../../dependencies.js';
import { planEdge, reachable } from '../../hosting/plan-edge.js';
import { errorText } from '../../outcome.js';
import { tenantProcesses, type TenantProcesses } from '../../processes/tenant-processes.js';
import { parseUnit } from '../../processes/units.js';
import { type Finding, refusal, warning } from './findings.js';

const megabyte = 1024 * 1024;
/** Journals, logs, timelines and databases of our own are written all the while. */
const leastFreeBytes = 100 * megabyte;

export function checkDisk({ home }: Pick<Dependencies, 'home'>): Finding[] {
  const { state, run, postgres } = home.paths;
  return [...new Set([home.paths.home, state, run, postgres])].flatMap((folder) => {
    const freeBytes = freeAt(folder);
    if (freeBytes === undefined || freeBytes >= leastFreeBytes) return [];
    const found = `${Math.floor(freeBytes / megabyte)} MB`;
    const hint = 'Free some space, such as by `tenantry release prune`.';
    return [refusal('disk', `${folder}: expected 100 MB to be free at least, found ${found}.`, { hint })];
  });
}

function freeAt(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

export interface Reached {
  readonly findings: readonly Finding[];
  /** Undefined where nothing runs. */
  readonly processes: TenantProcesses | undefined;
  /** Tenants with units that run or try to. */
  readonly running: ReadonlySet<string>;
  /** Of those, the ones that do not answer. */
  readonly unwell: ReadonlySet<string>;
}

/** Whether the process manager answers, and what runs. */
export async function checkProcesses(dependencies: Dependencies): Promise<Reached> {
  try {
    const processes = await tenantProcesses(dependencies);
    const status = [...((await processes?.status()) ?? [])];
    const those = (wanted: (state: ProcessStatus['state']) => boolean): ReadonlySet<string> =>
      new Set(status.flatMap(([unit, { state }]) => (wanted(state) ? [parseUnit(unit).tenant] : [])));
    return {
      ...{ findings: [], processes },
      running: those((state) => !atRest.includes(state)),
      unwell: those((state) => state === 'crashed' || state === 'refused'),
    };
  } catch (error) {
    const { processes: kind } = dependencies.home.host;
    const text = errorText(error);
    const found = refusal('processes', text.startsWith(`${kind}: `) ? text : `${kind}: ${text}`);
    return { findings: [found], processes: undefined, running: new Set(), unwell: new Set() };
  }
}

/** Such a unit has no process that a deploy would have to restart. */
export const atRest: readonly ProcessStatus['state'][] = ['stopped', 'idle', 'draining'];

/**
 * Whether something listens where visitors come in. Our own gateway goes with the supervisor, and needs no look; while no
 * tenant runs, as before the first deploy, the edge may still have to be set up.
 */
export async function checkEdge(
  { home }: Pick<Dependencies, 'home'>,
  { running }: { running: ReadonlySet<string> },
): Promise<Finding[]> {
  const { kind, httpPort, addresses } = planEdge(home.host);
  if (kind === 'gateway') return [];
  const host = reachable(addresses?.[0] ?? '0.0.0.0');
  const socket = connect({ host, port: httpPort, timeout: 2000 });
  socket.on('timeout', () => socket.destroy(new Error('no answer within 2 s')));
  try {
    await once(socket, 'connect');
    return [];
  } catch (error) {
    const { code = errorText(error) } = error as NodeJS.ErrnoException;
    const message = `${kind}: nothing answers on ${host}:${httpPort} (${code}).`;
    if (running.size === 0) return [warning('edge', message)];
    return [refusal('edge', message, { hint: `Start ${kind}, or go on with --accept edge.` })];
  } finally {
    socket.destroy();
  }
}
