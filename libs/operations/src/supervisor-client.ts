import { join } from 'node:path';
import { FailedError, type HomePaths } from '#libs/settings';
import {
  type ControlClient,
  type ProcessStatus,
  connectControl,
  readLogTail,
  startDetached,
} from '#libs/processes';
import { pinnedNode } from '#libs/release';
import type { Dependencies } from './dependencies.js';

export class SupervisorDidNotStart extends FailedError {
  override readonly code = 'SUPERVISOR_DID_NOT_START';
}

export function controlSocket(paths: HomePaths): string {
  return join(paths.sockets, 'supervisor.sock');
}

/** The supervisor of this home; `undefined` when none runs. */
export function findSupervisor({ home }: Pick<Dependencies, 'home'>): Promise<ControlClient | undefined> {
  return connectControl(controlSocket(home.paths));
}

/** What the supervisor says of its tenants; empty when none runs. */
export async function runningTenants(
  dependencies: Dependencies,
): Promise<ReadonlyMap<string, ProcessStatus>> {
  const supervisor = await findSupervisor(dependencies);
  const tenants = supervisor ? (await supervisor.status()).tenants : [];
  return new Map(tenants.map((status) => [status.tenant, status]));
}

/** The supervisor of this home, started in the background when none runs yet. */
export async function ensureSupervisor(
  dependencies: Dependencies,
  port: number | undefined,
): Promise<ControlClient> {
  const found = await findSupervisor(dependencies);
  if (found) return found;
  const { home, codeRoot, env, release } = dependencies;
  const logFile = join(home.paths.run, 'log', 'supervisor.log');
  const cli = join(codeRoot, 'dist', 'apps', 'tenantry', 'src', 'main.js');
  const child = startDetached({
    command: pinnedNode({ ...release, dir: codeRoot }),
    args: [
      cli,
      'supervise',
      '--home',
      home.paths.home,
      ...(port === undefined ? [] : ['--port', String(port)]),
    ],
    ...{ cwd: home.paths.home, env, logFile },
  });
  for (;;) {
    const client = await findSupervisor(dependencies);
    if (client) return client;
    const ended = await child.endedWithin(50);
    if (!ended) continue;
    const lines = await readLogTail(logFile, 1);
    throw new SupervisorDidNotStart(`supervisor: ended at once: ${lines[0] ?? 'without a word'}`, {
      hint: `Look at ${logFile}.`,
    });
  }
}
