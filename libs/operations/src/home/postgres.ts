import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  type Home,
  type PostgresServer,
  Secret,
  UsageError,
  serverAddress,
  writeHomeSecrets,
} from '#libs/settings';
import { type ServerAddress, closeMaintenanceDatabases } from '#libs/database';
import {
  type EmbeddedPostgres,
  embeddedPostgresStatus,
  type RunningPostgres,
  shareSocketDir,
  startEmbeddedPostgres,
  stopEmbeddedPostgres,
} from '#libs/processes';
import type { Dependencies } from '../dependencies.js';
import { startUnit } from '../hosting/postgres-units.js';
import { withLock } from '../lock.js';
import { endKeeper, keeperOf } from './postgres-keeper.js';

export class NotEmbedded extends UsageError {
  override readonly code = 'NOT_EMBEDDED';
}

export class UnknownServer extends UsageError {
  override readonly code = 'UNKNOWN_SERVER';
}

export interface PostgresResult {
  readonly server: string;
  readonly state: 'running' | 'starting' | 'stopped';
  readonly pid: number | null;
  readonly host: string | null;
  readonly port: number | null;
  /** The process that keeps it: a `tenantry postgres run`, also of a process manager. Null where nobody does. */
  readonly keeper: number | null;
  readonly text: string;
}

/** `tenantry postgres start|stop|status`, each with the server's name or the home's default one. */
export const postgresVerbs = { start: startPostgres, stop: stopPostgres, status: postgresStatus } as const;

/** The address of a server that accepts connections; an embedded one is started when it does not run. */
export async function reachServer(dependencies: Dependencies, name: string): Promise<ServerAddress> {
  const server = requireServer(dependencies.home, name);
  if (server.embedded) await start(dependencies, server);
  return serverAddress(dependencies.rereadHome(), name);
}

async function startPostgres(dependencies: Dependencies, name?: string): Promise<PostgresResult> {
  const server = requireEmbedded(dependencies.home, name);
  await startUnit(dependencies, server);
  await start(dependencies, server);
  return postgresStatus(dependencies, name);
}

async function stopPostgres(dependencies: Dependencies, name?: string): Promise<PostgresResult> {
  const server = requireEmbedded(dependencies.home, name);
  // Alone, it would be started again at once.
  await endKeeper(dependencies, server);
  await stopEmbeddedPostgres(placesOf(dependencies.home, server));
  return postgresStatus(dependencies, name);
}

async function postgresStatus(dependencies: Dependencies, name?: string): Promise<PostgresResult> {
  const server = requireEmbedded(dependencies.home, name);
  const status = await embeddedPostgresStatus(placesOf(dependencies.home, server));
  const keeper = keeperOf(dependencies, server)?.pid ?? null;
  const kept = keeper === null || keeper === process.pid ? '' : ` Process ${keeper} keeps it running.`;
  if (status.state === 'stopped') {
    const text = `Postgres "${server.name}" is stopped.${kept}`;
    return { server: server.name, state: 'stopped', pid: null, host: null, port: null, keeper, text };
  }
  const { state, pid, host, port } = status;
  const text = `Postgres "${server.name}" is ${state}: process ${pid}, socket folder ${host}, port ${port} on 127.0.0.1.${kept}`;
  return { server: server.name, state, pid, host, port, keeper, text };
}

async function start(dependencies: Dependencies, server: PostgresServer): Promise<void> {
  const places = placesOf(dependencies.home, server);
  const { processes, hosting } = dependencies.home.host;
  const status = await embeddedPostgresStatus(places);
  const isRunning = status.state === 'running';
  const { host } = isRunning ? status : await startStopped(dependencies, server);
  if (processes !== 'embedded' && hosting.users === 'own') shareSocketDir(host);
  if (!isRunning) await closeMaintenanceDatabases(serverAddress(dependencies.rereadHome(), server.name));
}

async function startStopped(dependencies: Dependencies, server: PostgresServer): Promise<RunningPostgres> {
  return startEmbeddedPostgres({
    ...placesOf(dependencies.home, server),
    password: await superuserPassword(dependencies, server),
    user: server.user,
    durable: server.durable,
    report: (line) => dependencies.report.step(line),
  });
}

/** Made once, under a lock: two first commands at the same time must not set two passwords. */
async function superuserPassword(dependencies: Dependencies, server: PostgresServer): Promise<Secret> {
  if (server.password) return server.password;
  const { paths } = dependencies.home;
  return withLock(
    {
      file: join(paths.run, 'locks', 'home-secrets.lock'),
      what: 'secrets of the home',
      command: dependencies.command,
      now: dependencies.now(),
      waitMs: 20_000,
    },
    async () => {
      const written = dependencies.rereadHome().host.postgres.servers[server.name]?.password;
      if (written) return written;
      const password = new Secret(randomBytes(24).toString('base64url'));
      writeHomeSecrets(paths, { postgres: { servers: { [server.name]: { password } } } });
      return password;
    },
  );
}

/** Where the home keeps an embedded server. */
export function placesOf({ paths }: Home, { name }: PostgresServer): EmbeddedPostgres {
  return {
    name,
    dataDir: join(paths.postgres, name),
    runFile: join(paths.run, `postgres-${name}.json`),
    socketDir: join(paths.run, 'postgres'),
    logFile: join(paths.run, 'log', `postgres-${name}.log`),
  };
}

/** The server of this name in tenantry.yaml; throws UnknownServer. */
export function requireServer(home: Home, name: string): PostgresServer {
  const server = home.host.postgres.servers[name];
  if (server) return server;
  const known = Object.keys(home.host.postgres.servers).join(', ');
  throw new UnknownServer(`tenantry.yaml: has no Postgres server "${name}"; it has ${known}.`, {
    hint: 'Name one of these, or add the server to tenantry.yaml.',
  });
}

/** The same, of an embedded one; by default the home's default one. Throws UnknownServer and NotEmbedded. */
export function requireEmbedded(home: Home, name?: string): PostgresServer {
  const server = requireServer(home, name ?? home.host.postgres.default);
  if (server.embedded) return server;
  throw new NotEmbedded(`tenantry.yaml: Postgres server "${server.name}" is not embedded.`, {
    hint: 'Start and stop it with the tools of its own host.',
  });
}
