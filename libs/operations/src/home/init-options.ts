import { resolve } from 'node:path';
import { Secret, type Tls, UsageError } from '#libs/settings';

/** A Postgres server as `init --postgres` names it. */
export interface NamedServer extends Tls {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password?: Secret;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/**
 * `postgres://user:password@host:port/database?sslmode=require`, with libpq's `sslrootcert`, `sslcert` and `sslkey`
 * relative to `cwd`; the password may also come from PGPASSWORD.
 */
export function parseServerUrl(text: string, env: NodeJS.ProcessEnv, cwd: string): NamedServer {
  const url = URL.parse(text);
  if (
    !url ||
    !['postgres:', 'postgresql:'].includes(url.protocol) ||
    !(url.hostname || url.searchParams.get('host'))
  ) {
    // The URL may hold a password: it is not repeated.
    throw new UsageError('--postgres: expected postgres://USER@HOST:PORT/DATABASE, found something else.', {
      hint: 'Example: --postgres postgres://postgres@db1.internal:5432/postgres with PGPASSWORD set.',
    });
  }
  const password = decodeURIComponent(url.password) || env['PGPASSWORD'];
  return {
    host: url.searchParams.get('host') ?? url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username) || 'postgres',
    database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
    ...tlsOf(url, cwd),
    ...(password ? { password: new Secret(password) } : {}),
  };
}

function tlsOf(
  { searchParams }: URL,
  cwd: string,
): Pick<NamedServer, 'ssl' | 'caFile' | 'certFile' | 'keyFile'> {
  const file = (parameter: string): string | undefined => {
    const path = searchParams.get(parameter);
    return path === null ? undefined : resolve(cwd, path);
  };
  const mode = searchParams.get('sslmode') ?? 'disable';
  const ssl = mode === 'disable' ? 'off' : mode.startsWith('verify') ? 'verify' : 'require';
  return { ssl, caFile: file('sslrootcert'), certFile: file('sslcert'), keyFile: file('sslkey') };
}

/** The gateway's port, as typed. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw new UsageError(`--port: expected an integer from 1 to 65535, found "${text}".`, {
      hint: 'Example: --port 8080.',
    });
  }
  return port;
}
