import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Secret } from '#libs/settings';
import { findBinaries } from './binaries.js';
import { ensureDataFolder } from './data-folder.js';
import { launch } from './launch-server.js';
import { followLink, place, removeSocketDir } from './placement.js';
import { findPostmaster, type Postmaster } from './postmaster.js';
import { readRunFile, writeRunFile } from './run-file.js';

/** Where a home keeps an embedded server, all absolute. */
export interface EmbeddedPostgres {
  /** As `tenantry.yaml` calls it. */
  readonly name: string;
  readonly dataDir: string;
  /** JSON `{host, port, pid, startedAt}`, there while the server accepts connections. */
  readonly runFile: string;
  /** Holds a folder of the server's own, `postgres-<name>`; a shorter one is taken where a socket's path would be too long. */
  readonly socketDir: string;
  readonly logFile: string;
}

export interface StartOptions extends EmbeddedPostgres {
  /** The superuser's, set when the data folder is made. */
  readonly password: Secret;
  /** The superuser's name, `postgres` unless said otherwise. */
  readonly user?: string | undefined;
  /** `false` trades safety against power loss for speed: tests and demos only. */
  readonly durable?: boolean | undefined;
  readonly maxConnections?: number | undefined;
  /** Another folder with `initdb` and `postgres` than the installed package's. */
  readonly binDir?: string | undefined;
  readonly report?: ((line: string) => void) | undefined;
}

export interface RunningPostgres {
  /** The folder of its Unix socket. */
  readonly host: string;
  /** On that socket's name and on 127.0.0.1; kept over restarts while it is free. */
  readonly port: number;
  readonly pid: number;
}

export type PostgresStatus =
  | { readonly state: 'stopped' }
  | ({
      readonly state: 'starting' | 'running';
      readonly startedAt: string;
      readonly dataDir: string;
    } & RunningPostgres);

/**
 * Starts a Postgres server that outlives the caller, making its data folder first when there is none. A server that
 * runs already is found and left alone, and of two callers at once one starts it and both get it.
 */
export async function startEmbeddedPostgres(options: StartOptions): Promise<RunningPostgres> {
  // In this order: a run file read before we saw that no server runs is surely a dead one's.
  const last = readRunFile(options.runFile);
  const running = findRunning(options);
  if (running?.isReady) return writeRunFile(options.runFile, running);
  const { report = () => {}, durable = true } = options;
  const placement = place(options.dataDir);
  const binaries = await findBinaries(placement.user, dirname(placement.dataDir), options.binDir);
  const cluster = {
    user: options.user ?? 'postgres',
    password: options.password,
    durable,
    maxConnections: options.maxConnections ?? 200,
  };
  report(`Postgres ${binaries.major} "${options.name}": preparing ${placement.dataDir}`);
  await ensureDataFolder(placement, binaries, cluster);
  if (running === undefined && last !== undefined) removeSocketDir(last.host);
  mkdirSync(dirname(options.logFile), { recursive: true });
  const { name, socketDir, logFile } = options;
  const postmaster = await launch({ ...placement, name, socketDir, logFile, binaries, durable });
  report(`Postgres ${binaries.major} "${options.name}" accepts connections on ${postmaster.socketDir}`);
  return writeRunFile(options.runFile, postmaster);
}

/** What is known without changing anything. */
export async function embeddedPostgresStatus(server: EmbeddedPostgres): Promise<PostgresStatus> {
  const found = findRunning(server);
  if (found === undefined) return { state: 'stopped' };
  return {
    state: found.isReady ? 'running' : 'starting',
    host: found.socketDir,
    port: found.port,
    pid: found.pid,
    startedAt: found.startedAt,
    dataDir: followLink(server.dataDir),
  };
}

function findRunning(server: EmbeddedPostgres): Postmaster | undefined {
  return findPostmaster(followLink(server.dataDir));
}
