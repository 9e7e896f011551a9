import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresServer } from '#libs/settings';
import { embeddedPostgresStatus } from '#libs/processes';
import type { Dependencies } from '../dependencies.js';
import { placesOf, reachServer } from '../home/postgres.js';
import { errorText } from '../outcome.js';

const everyMs = 2_000;
/** After a start that failed: longer each time, up to this. */
const longestMs = 60_000;

/**
 * Starts the home's embedded servers again that have gone away without being stopped, by a crash or for want of memory:
 * tenants find their way back to them by themselves. Until the signal aborts.
 */
export async function keepPostgres(dependencies: Dependencies, signal: AbortSignal): Promise<void> {
  const { postgres } = dependencies.home.host;
  const embedded = Object.values(postgres.servers).filter((server) => server.embedded);
  await Promise.all(embedded.map((server) => keep(dependencies, server, signal)));
}

async function keep(dependencies: Dependencies, server: PostgresServer, signal: AbortSignal): Promise<void> {
  let wasGone = false;
  let failures = 0;
  for (;;) {
    const waitMs = Math.min(longestMs, everyMs * 2 ** Math.min(failures, 10));
    if (!(await pause(waitMs, { signal, ref: false }))) return;
    const isGone = await hasGone(dependencies, server);
    // Seen twice: one that is being stopped has left its run file for a moment.
    if (isGone && wasGone) failures = (await startAgain(dependencies, server)) ? 0 : failures + 1;
    else if (!isGone) failures = 0;
    wasGone = isGone;
  }
}

/** Resolves with `true` when the server has gone away, for whatever reason; with `false` when the signal aborts. */
export async function untilGone(
  { home }: Pick<Dependencies, 'home'>,
  server: PostgresServer,
  signal: AbortSignal,
): Promise<boolean> {
  // Seen twice: one that a command is starting again has no process for a moment.
  for (let seen = 0; seen < 2;) {
    if (!(await pause(everyMs, { signal }))) return false;
    const { state } = await embeddedPostgresStatus(placesOf(home, server));
    seen = state === 'stopped' ? seen + 1 : 0;
  }
  return true;
}

/** A server that is stopped in order takes its run file away. */
async function hasGone({ home }: Dependencies, server: PostgresServer): Promise<boolean> {
  const places = placesOf(home, server);
  return existsSync(places.runFile) && (await embeddedPostgresStatus(places)).state === 'stopped';
}

async function startAgain(dependencies: Dependencies, { name }: PostgresServer): Promise<boolean> {
  const { report } = dependencies;
  try {
    report.step(`Postgres "${name}" has gone away without being stopped: starting it again.`);
    await reachServer(dependencies, name);
    return true;
  } catch (error) {
    report.step(`Postgres "${name}" cannot be started again: ${errorText(error)}`);
    return false;
  }
}

/** Without `ref`, it does not keep the process alive. */
async function pause(ms: number, options: { signal: AbortSignal; ref?: boolean }): Promise<boolean> {
  try {
    await sleep(ms, undefined, options);
    return true;
  } catch {
    return false;
  }
}
