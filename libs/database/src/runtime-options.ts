import type pg from 'pg';
import type { Secret } from '#libs/settings';
import type { RuntimeLogin } from './addresses.js';
import { type TlsOptions, tlsOptions } from './tls.js';

/** The part of a tenant's `database` settings that its pool needs. Times in milliseconds. */
export interface PoolSettings {
  readonly pool: { readonly max: number; readonly idleTimeout: number; readonly connectionTimeout: number };
  readonly statementTimeout: number;
}

/** Asked for anew at each new connection, so that a process outlives a rotation of its password. */
export type PasswordSource = () => Promise<Secret>;

/** Options for a `pg.Pool` of the runtime role; without `password`, the one of `db` for good. */
export function runtimePoolOptions(
  db: RuntimeLogin,
  settings: PoolSettings,
  password?: PasswordSource,
): pg.PoolConfig {
  return {
    host: db.server.host,
    port: db.server.port,
    user: db.runtimeRole,
    password: passwordOf(db, password),
    database: db.name,
    ssl: tlsOptions(db.server),
    application_name: db.runtimeRole,
    ...poolLimits(db, settings),
  };
}

function poolLimits({ server }: RuntimeLogin, { pool, statementTimeout }: PoolSettings): pg.PoolConfig {
  return {
    max: pool.max,
    idleTimeoutMillis: pool.idleTimeout,
    connectionTimeoutMillis: pool.connectionTimeout,
    // PgBouncer refuses what it does not know of a connection's start: there it is a setting of the role.
    ...(server.pooler === undefined && { statement_timeout: statementTimeout }),
  };
}

/** Options for TypeORM's DataSource or `TypeOrmModule.forRoot`; the caller adds `entities`. */
export interface RuntimeDataSourceOptions {
  readonly type: 'postgres';
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: () => Promise<string>;
  readonly database: string;
  readonly ssl: false | TlsOptions;
  readonly poolSize: number;
  readonly applicationName: string;
  readonly installExtensions: false;
  readonly synchronize: false;
  readonly migrationsRun: false;
  readonly extra: pg.PoolConfig;
}

/** The same for TypeORM, which may neither change the schema nor install extensions: the runtime role could not. */
export function runtimeDataSourceOptions(
  db: RuntimeLogin,
  settings: PoolSettings,
  password?: PasswordSource,
): RuntimeDataSourceOptions {
  return {
    type: 'postgres',
    host: db.server.host,
    port: db.server.port,
    username: db.runtimeRole,
    password: passwordOf(db, password),
    database: db.name,
    ssl: tlsOptions(db.server),
    poolSize: settings.pool.max,
    applicationName: db.runtimeRole,
    installExtensions: false,
    synchronize: false,
    migrationsRun: false,
    extra: poolLimits(db, settings),
  };
}

function passwordOf(db: RuntimeLogin, source: PasswordSource | undefined): () => Promise<string> {
  return async () => (source === undefined ? db.runtimePassword : await source()).reveal();
}
