import { FailedError, type Secret } from '#libs/settings';

export interface ThrowawayPostgres {
  readonly server: {
    readonly name: string;
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly database: string;
    readonly password: Secret;
    readonly ssl: 'off';
  };
  readonly pid: number;
  /** Ends the server and removes what it kept on disk. */
  stop(): Promise<void>;
}
/** A server for tests and demos, which also ends when the process that started it dies in any way. */
export async function startThrowawayPostgres(
  _options: { dir?: string; binDir?: string } = {},
): Promise<ThrowawayPostgres> {
  throw new FailedError('not there yet');
}
