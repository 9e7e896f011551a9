import { join } from 'node:path';
import { FailedError, type HomePaths, requireOwnSocketFolder } from '#libs/settings';
import {
  type ControlClient,
  type Detached,
  connectControl,
  readLogTail,
  startDetached,
} from '#libs/processes';
import { pinnedNode } from '#libs/release';
import type { Dependencies } from '../dependencies.js';

export class SupervisorDidNotStart extends FailedError {
  override readonly code = 'SUPERVISOR_DID_NOT_START';
}

export function controlSocket(paths: HomePaths): string {
  return join(paths.sockets, 'supervisor.sock');
}

/**
 * The supervisor of this home; `undefined` when none runs. Throws UnsafeSocketFolder (exit 4) where somebody else could
 * be answering in its place.
 */
export async function findSupervisor({
  home,
}: Pick<Dependencies, 'home'>): Promise<ControlClient | undefined> {
  requireOwnSocketFolder(home.paths, process.geteuid?.());
  return connectControl(controlSocket(home.paths));
}

/** The supervisor of this home, started in the background when none runs yet. */
export async function ensureSupervisor(
  dependencies: Dependencies,
  port: number | undefined,
): Promise<ControlClient> {
  const found = await findSupervisor(dependencies);
  if (found) return found;
  const logFile = join(dependencies.home.paths.run, 'log', 'supervisor.log');
  const child = startInBackground(dependencies, logFile, port);
  for (;;) {
    const client = await findSupervisor(dependencies);
    if (client) return client;
    if (await child.endedWithin(50)) throw await didNotStart(logFile);
  }
}

function startInBackground(
  { home, codeRoot, entry, env }: Dependencies,
  logFile: string,
  port: number | undefined,
): Detached {
  const options = port === undefined ? [] : ['--port', String(port)];
  return startDetached({
    command: pinnedNode({ dir: codeRoot }),
    args: [entry, 'supervise', '--home', home.paths.home, ...options],
    ...{ cwd: home.paths.home, env, logFile },
  });
}

async function didNotStart(logFile: string): Promise<SupervisorDidNotStart> {
  const [last = 'without a word'] = await readLogTail(logFile, 1);
  return new SupervisorDidNotStart(`supervisor: ended at once: ${last}`, { hint: `Look at ${logFile}.` });
}
