import { join } from 'node:path';
import { FailedError, type HomePaths, requireOwnSocketFolder, type TenantName } from '#libs/settings';
import {
  type ControlClient,
  type Detached,
  SupervisorEnding,
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

/** What a supervisor is started for. */
export interface Wanted {
  readonly port: number | undefined;
  /** Whom the command starts next: visitors that are there first wait for it. */
  readonly tenants: readonly TenantName[];
}

/** The supervisor of this home, started in the background when none runs yet. */
async function ensureSupervisor(dependencies: Dependencies, wanted: Wanted): Promise<ControlClient> {
  const found = await findSupervisor(dependencies);
  if (found?.found.isEnding === true) await found.gone();
  else if (found) return found;
  const logFile = join(dependencies.home.paths.run, 'log', 'supervisor.log');
  const child = startInBackground(dependencies, logFile, wanted);
  for (;;) {
    const client = await findSupervisor(dependencies);
    if (client) return client;
    if (await child.endedWithin(50)) throw await didNotStart(logFile);
  }
}

/** Asks the home's supervisor, and where that one is just ending, the next one. */
export class LiveSupervisor {
  readonly #successors = new Map<ControlClient, Promise<ControlClient>>();

  constructor(
    private readonly first: ControlClient,
    private readonly ensure: () => Promise<ControlClient>,
  ) {}

  async ask<T>(question: (supervisor: ControlClient) => Promise<T>): Promise<T> {
    let supervisor = this.first;
    for (;;) {
      try {
        return await question(supervisor);
      } catch (error) {
        if (!(error instanceof SupervisorEnding)) throw error;
        supervisor = await this.#successorOf(supervisor);
      }
    }
  }

  /** Started once, however many ask. */
  #successorOf(ended: ControlClient): Promise<ControlClient> {
    const known = this.#successors.get(ended);
    if (known) return known;
    const successor = ended.gone().then(() => this.ensure());
    this.#successors.set(ended, successor);
    return successor;
  }
}

/** The home's supervisor, and its successors. */
export async function liveSupervisor(dependencies: Dependencies, wanted: Wanted): Promise<LiveSupervisor> {
  const ensure = (): Promise<ControlClient> => ensureSupervisor(dependencies, wanted);
  return new LiveSupervisor(await ensure(), ensure);
}

function startInBackground(
  { home, codeRoot, entry, env }: Dependencies,
  logFile: string,
  { port, tenants }: Wanted,
): Detached {
  const options = [
    ...(port === undefined ? [] : ['--port', String(port)]),
    ...(tenants.length === 0 ? [] : ['--awaiting', tenants.join(',')]),
  ];
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
