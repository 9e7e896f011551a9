import { Secret, UsageError } from '#libs/settings';

/** A Postgres server as `init --postgres` names it. */
export interface NamedServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly ssl: 'off' | 'verify' | 'require';
  readonly password?: Secret;
}

/** `postgres://user:password@host:port/database?sslmode=require`; the password may also come from PGPASSWORD. */
export function parseServerUrl(text: string, env: NodeJS.ProcessEnv): NamedServer {
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
  const sslMode = url.searchParams.get('sslmode') ?? 'disable';
  const ssl = sslMode === 'disable' ? 'off' : sslMode.startsWith('verify') ? 'verify' : 'require';
  return {
    host: url.searchParams.get('host') ?? url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username) || 'postgres',
    database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
    ssl,
    ...(password ? { password: new Secret(password) } : {}),
  };
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
