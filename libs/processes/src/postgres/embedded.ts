import { FailedError, type Secret } from '#libs/settings';

/** Where a home keeps an embedded server, all absolute. */
export interface EmbeddedPostgres {
  /** As `tenantry.yaml` calls it. */
  readonly name: string;
  readonly dataDir: string;
  /** JSON `{host, port, pid}`, there while the server accepts connections. */
  readonly runFile: string;
  /** Wished for; a shorter one is taken where the path would be too long for a socket. */
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
  /** On that socket's name and on 127.0.0.1. */
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

export async function startEmbeddedPostgres(_options: StartOptions): Promise<RunningPostgres> {
  throw new FailedError('not there yet');
}
/** `false` when it was not running. */
export async function stopEmbeddedPostgres(_server: EmbeddedPostgres): Promise<boolean> {
  throw new FailedError('not there yet');
}
export async function embeddedPostgresStatus(_server: EmbeddedPostgres): Promise<PostgresStatus> {
  throw new FailedError('not there yet');
}
