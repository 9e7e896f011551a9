import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FailedError, LockedError, type PostgresServer, RefusedError } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { withLock } from '../lock.js';
import { isAlive, type LockOwner, readLock } from '../locks/lock-file.js';
import { ownerText } from '../locks/owner-text.js';

type Needed = Pick<Dependencies, 'home' | 'now'>;

/** The `tenantry postgres run` that keeps a server belongs to somebody else, or lives on another host. */
export class KeptByOthers extends RefusedError {
  override readonly code = 'KEPT_BY_OTHERS';
}

/** Two would start it twice, and a stop of one would be undone by the other. */
export class KeptAlready extends LockedError {
  override readonly code = 'KEPT_ALREADY';
}

export class KeeperDidNotEnd extends FailedError {
  override readonly code = 'KEEPER_DID_NOT_END';
}

/** Runs `work` as the one process that keeps the server. Throws KeptAlready (exit 75) while another one does. */
export async function asKeeper<T>(
  dependencies: Needed & Pick<Dependencies, 'command'>,
  server: PostgresServer,
  work: () => Promise<T>,
): Promise<T> {
  const { command, now } = dependencies;
  const what = `Postgres "${server.name}"`;
  const keeper = keeperOf(dependencies, server);
  if (keeper) {
    throw new KeptAlready(`${what}: ${ownerText(keeper)} keeps it running already.`, {
      hint: `To end that one, and the server with it, run: tenantry postgres stop --server ${server.name}`,
    });
  }
  return withLock({ file: lockFile(dependencies, server), what, command, now: now() }, work);
}

/** The `tenantry postgres run` that keeps the server, whoever started it. */
export function keeperOf(dependencies: Needed, server: PostgresServer): LockOwner | undefined {
  const found = readLock(lockFile(dependencies, server));
  return found && isAlive(found, dependencies.now()) ? found.owner : undefined;
}

/**
 * Ends the process that keeps the server, and the server with it: it goes out in order, and whoever started it, a
 * process manager or a person, takes that as meant. `false` where nobody keeps the server.
 */
export async function endKeeper(dependencies: Needed, server: PostgresServer): Promise<boolean> {
  const keeper = keeperOf(dependencies, server);
  if (keeper === undefined) return false;
  terminate(server, keeper);
  const deadline = performance.now() + endTimeoutMs;
  while (keeperOf(dependencies, server)?.pid === keeper.pid) {
    if (performance.now() > deadline) {
      throw new KeeperDidNotEnd(
        `Postgres "${server.name}": process ${keeper.pid}, which keeps it, did not end.`,
      );
    }
    await sleep(50);
  }
  return true;
}

/** Longer than it gives the server. */
const endTimeoutMs = 70_000;

function terminate({ name }: PostgresServer, keeper: LockOwner): void {
  const { pid, host } = keeper;
  const kept = `Postgres "${name}": ${ownerText(keeper)} keeps it running`;
  if (host !== hostname()) throw new KeptByOthers(`${kept}.`, { hint: 'Stop it there.' });
  try {
    process.kill(pid, 'SIGTERM');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return;
    throw new KeptByOthers(`${kept}, and belongs to another user.`, {
      cause,
      hint: 'Run the command as the user that started it, or as root.',
    });
  }
}

function lockFile({ home }: Pick<Dependencies, 'home'>, { name }: PostgresServer): string {
  return join(home.paths.run, 'locks', `postgres-${name}.lock`);
}
