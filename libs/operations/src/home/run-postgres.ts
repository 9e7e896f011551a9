import { notifyReady, stopEmbeddedPostgres } from '#libs/processes';
import type { PostgresServer } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { errorText } from '../outcome.js';
import { untilGone } from '../processes/keep-postgres.js';
import { placesOf, type PostgresResult, postgresVerbs, reachServer, requireEmbedded } from './postgres.js';
import { asKeeper } from './postgres-keeper.js';

export interface RunPostgresRequest {
  /** The server's name; default: the home's default one. */
  readonly server?: string | undefined;
  readonly plan: boolean;
  /** Told where the server is, once it accepts connections. */
  readonly announce: (text: string) => void;
}

/**
 * Keeps an embedded server running until it is interrupted, then stops it. One that runs already is taken over as it is,
 * and one that goes away is started again; where that fails, this throws, and whoever watches this process tries anew.
 * Throws KeptAlready (exit 75) where another process keeps the server.
 */
export async function runPostgres(
  dependencies: Dependencies,
  request: RunPostgresRequest,
): Promise<PostgresResult> {
  const server = requireEmbedded(dependencies.home, request.server);
  if (request.plan) {
    const status = await postgresVerbs.status(dependencies, server.name);
    const verb = status.state === 'stopped' ? 'start' : 'take over';
    return { ...status, text: `Would ${verb} Postgres "${server.name}", and keep it running.` };
  }
  await asKeeper(dependencies, server, async () => {
    await keepRunning(dependencies, server, request);
    await stopEmbeddedPostgres(placesOf(dependencies.home, server));
  });
  return postgresVerbs.status(dependencies, server.name);
}

/** Until the signal aborts. */
async function keepRunning(
  dependencies: Dependencies,
  server: PostgresServer,
  { announce }: RunPostgresRequest,
): Promise<void> {
  const { report, signal, env } = dependencies;
  await reachServer(dependencies, server.name);
  const { text } = await postgresVerbs.status(dependencies, server.name);
  announce(`${text} Ctrl-C stops it.\n`);
  await notifyReady(env).catch((error: unknown) => report.warn(errorText(error)));
  while (await untilGone(dependencies, server, signal)) {
    report.warn(`Postgres "${server.name}" has gone away: starting it again.`);
    await reachServer(dependencies, server.name);
  }
}
