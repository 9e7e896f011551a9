import { Client, type ClientConfig } from 'pg';
import { TenantryError } from '#libs/settings';
import type { PoolerAddress, RuntimeLogin, ServerAddress, TenantDatabase } from './addresses.js';
import { connectionError, connectionLost, describeServer, type Login } from './connection-error.js';
import { PoolerInTheWay } from './errors.js';
import { isShutdown } from './postgres-error.js';
import { requireVersion } from './server-version.js';
import { tlsOptions } from './tls.js';

/** An open connection; whoever opened it calls `end()`. */
export type Connection = Client;

export type DatabaseRole = 'owner' | 'runtime' | 'admin';

/** How long a server may take to answer a new connection. */
const connectTimeoutMs = 10_000;

/** Opens the admin's login on its own database, from which databases and roles are made and dropped. */
export function connectServer(server: ServerAddress): Promise<Connection> {
  return open({ server, database: server.database, user: server.user, password: server.password });
}

/** Opens the tenant's database as one of its roles, or as the server's admin. */
export function connectAs(db: RuntimeLogin, role: 'runtime'): Promise<Connection>;
export function connectAs(db: TenantDatabase, role: DatabaseRole): Promise<Connection>;
export function connectAs(db: RuntimeLogin | TenantDatabase, role: DatabaseRole): Promise<Connection> {
  return open('ownerRole' in db ? loginAs(db, role) : runtimeLogin(db));
}

/** Opens the console of a PgBouncer, as one of its `admin_users`. */
export function connectConsole(pooler: PoolerAddress): Promise<Connection> {
  const { user, password, ...server } = pooler;
  return open({ server, database: 'pgbouncer', user, password });
}

/**
 * What Postgres told of the process behind this connection. A pooler tells something that it has made up, because any
 * of its connections to the server may serve the next statement.
 */
export function announcedProcess(connection: Connection): number | null {
  return connection instanceof Session ? connection.processID : null;
}

/** @throws PoolerInTheWay (exit 4): what a session holds, such as a lock, is worth nothing there. */
export function refusePooler(connection: Connection): never {
  const where = connection instanceof Session ? describeServer(connection.login.server) : 'Postgres';
  throw new PoolerInTheWay(
    `${where}: a connection pooler answers there, not Postgres itself, and no lock would hold. Nothing was written.`,
    {
      hint: 'Set host and port of the server in tenantry.yaml to those of Postgres, and name the PgBouncer as its `pooler`.',
    },
  );
}

function loginAs(db: TenantDatabase, role: DatabaseRole): Login {
  if (role === 'runtime') return runtimeLogin(db);
  const { server, name: database } = db;
  return role === 'owner'
    ? { server, database, user: db.ownerRole, password: db.ownerPassword }
    : { server, database, user: server.user, password: server.password };
}

function runtimeLogin({ server, name, runtimeRole, runtimePassword }: RuntimeLogin): Login {
  return { server, database: name, user: runtimeRole, password: runtimePassword };
}

/**
 * Opens a connection for `work` and closes it, however `work` ends.
 * @throws PostgresUnreachable when the server went away meanwhile, instead of whatever pg said then.
 */
export async function using<Result>(
  connecting: Promise<Connection>,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await connecting;
  try {
    return await guarded(connection, work);
  } finally {
    // The server may be gone; there is nothing left to close then.
    await connection.end().catch(() => {});
  }
}

/** The same with a connection that stays open. */
export async function guarded<Result>(
  connection: Connection,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(connection);
  } catch (error) {
    if (error instanceof TenantryError || !isLost(connection, error)) throw error;
    throw connection instanceof Session ? connectionLost(error, connection.login) : error;
  }
}

/** Whether a query failed with `error` because the server went away. */
export function isLost(connection: Connection, error: unknown): boolean {
  return isShutdown(error) || (connection instanceof Session && connection.isLost);
}

interface ParameterStatus {
  readonly parameterName: string;
  readonly parameterValue: string;
}

/** A connection that remembers where it leads, and whether the server has closed it. */
class Session extends Client {
  isLost = false;
  /** Set by pg while it connects. */
  declare readonly processID: number | null;
  /** As the server tells it while it connects: `18.4`, `17beta1`. */
  serverVersion = '';

  constructor(
    readonly login: Login,
    config: ClientConfig,
  ) {
    super(config);
    // A server that goes away emits this on idle connections and would end our process; the next query rejects anyway.
    this.on('error', () => (this.isLost = true));
    this.connection.on('parameterStatus', ({ parameterName, parameterValue }: ParameterStatus) => {
      if (parameterName === 'server_version') this.serverVersion = parameterValue;
    });
  }
}

async function open(login: Login): Promise<Connection> {
  const { server, database, user } = login;
  let isMissing = false;
  // Called only when the server asks. Without a function pg would take PGPASSWORD or ~/.pgpass, which nobody wrote for this role.
  const password = (): string => {
    isMissing = login.password === undefined;
    return login.password?.reveal() ?? '';
  };
  const client = new Session(login, {
    ...{ host: server.host, port: server.port, database, user, password },
    ssl: tlsOptions(server),
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: 'tenantry',
  });
  try {
    await client.connect();
    // The console of a pooler tells its own.
    if (server.pooler === undefined) requireVersion(server, client.serverVersion);
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    throw error instanceof TenantryError ? error : connectionError(error, login, isMissing);
  }
}
