import type pg from 'pg';
import { FailedError } from '#libs/settings';
import type { RuntimeLogin, ServerAddress, TenantDatabase } from './addresses.js';

/** An open connection; whoever opened it calls `end()`. */
export type Connection = pg.Client;

/** The part of a tenant's `database` settings that its pool needs. Times in milliseconds. */
export interface PoolSettings {
  readonly pool: { readonly max: number; readonly idleTimeout: number; readonly connectionTimeout: number };
  readonly statementTimeout: number;
}

export async function connectServer(_server: ServerAddress): Promise<Connection> {
  throw new FailedError('not there yet');
}
export async function connectAs(_db: RuntimeLogin, _role: 'runtime'): Promise<Connection>;
export async function connectAs(
  _db: TenantDatabase,
  _role: 'owner' | 'runtime' | 'admin',
): Promise<Connection>;
export async function connectAs(_db: RuntimeLogin | TenantDatabase, _role: string): Promise<Connection> {
  throw new FailedError('not there yet');
}
/** For a `pg.Pool`. */
export function runtimePoolOptions(_db: RuntimeLogin, _settings: PoolSettings): pg.PoolConfig {
  throw new FailedError('not there yet');
}

/** For TypeORM's DataSource or `TypeOrmModule.forRoot`: add `entities`. */
export interface RuntimeDataSourceOptions {
  type: 'postgres';
  host: string;
  port: number;
  username: string;
  password: string;
  database: string;
  ssl: boolean | { rejectUnauthorized: boolean };
  poolSize: number;
  applicationName: string;
  installExtensions: false;
  synchronize: false;
  migrationsRun: false;
  extra: pg.PoolConfig;
}
export function runtimeDataSourceOptions(
  _db: RuntimeLogin,
  _settings: PoolSettings,
): RuntimeDataSourceOptions {
  throw new FailedError('not there yet');
}
