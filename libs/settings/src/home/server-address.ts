import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { FailedError, UsageError } from '../errors.js';
import { readSmallFile } from '../files/read-file.js';
import { displayPath } from '../layers/read-layer.js';
import { nearest } from '../nearest.js';
import type { Home, HomePaths, PostgresAddress, PostgresEndpoint, TenantHome } from './types.js';

export class PostgresNotRunning extends FailedError {
  override readonly code = 'POSTGRES_NOT_RUNNING';
}

export class UnknownServer extends UsageError {
  override readonly code = 'UNKNOWN_SERVER';
}

const runFileSchema = z.object({ host: z.string().min(1), port: z.int().min(1).max(65535) });

/** Where whoever runs an embedded server writes `{"host", "port", "pid"}`, and removes it when the server stops. */
export function serverRunFile(paths: HomePaths, serverName: string): string {
  return join(paths.run, `postgres-${serverName}.json`);
}

/** Where a server is now; an embedded one is found by its run file, and PostgresNotRunning where there is none. */
export function serverEndpoint(home: TenantHome, serverName: string): PostgresEndpoint {
  const server = requireServer(home.host.postgres.servers, serverName);
  const { name, ssl, caFile } = server;
  if (server.embedded) return { name, ssl, ...readRunFile(home.paths, name) };
  return { name, ssl, caFile, host: server.host ?? 'localhost', port: server.port ?? 5432 };
}

/** Where a tenant's process connects: to the server's pooler, or to the server where it has none. */
export function runtimeEndpoint(home: TenantHome, serverName: string): PostgresEndpoint {
  const { name, pooler } = requireServer(home.host.postgres.servers, serverName);
  if (pooler === undefined) return serverEndpoint(home, serverName);
  const { host, port, ssl, caFile, mode } = pooler;
  return { name, host, port, ssl, caFile, pooler: mode };
}

/** The same with the login of the one who creates databases there. */
export function serverAddress(home: Home, serverName: string): PostgresAddress {
  const endpoint = serverEndpoint(home, serverName);
  const server = requireServer(home.host.postgres.servers, serverName);
  const { user, database, password, certFile, keyFile } = server;
  return { ...endpoint, user, database, password, certFile, keyFile };
}

function requireServer<Server>(servers: Readonly<Record<string, Server>>, name: string): Server {
  const server = Object.hasOwn(servers, name) ? servers[name] : undefined;
  if (server !== undefined) return server;
  const near = nearest(name, Object.keys(servers));
  throw new UnknownServer(`postgres server ${name}: tenantry.yaml names no such server.`, {
    hint: near === undefined ? `Known: ${Object.keys(servers).join(', ')}.` : `Did you mean "${near}"?`,
  });
}

function readRunFile(paths: HomePaths, serverName: string): { host: string; port: number } {
  const path = serverRunFile(paths, serverName);
  const file = displayPath(paths.home, path);
  const fail = (found: string): never => {
    throw new PostgresNotRunning(
      `postgres server ${serverName}: expected it to run, found ${found} ${file}.`,
      {
        file,
        hint: 'Run: tenantry postgres start',
      },
    );
  };
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return fail('no');
  const address = parseAddress(readSmallFile({ path, name: file, maxBytes: 4096 }).toString('utf8'));
  return address ?? fail('no address in');
}

function parseAddress(text: string): { host: string; port: number } | undefined {
  try {
    return runFileSchema.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
