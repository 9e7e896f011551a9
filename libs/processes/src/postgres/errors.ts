import { FailedError } from '#libs/settings';

/** There is no Postgres for this operating system and processor among the installed packages. */
export class NoPostgresBinaries extends FailedError {
  override readonly code = 'NO_POSTGRES_BINARIES';
}

/** Postgres refuses to run as root, and there is no unprivileged user to run it as. */
export class NoServiceUser extends FailedError {
  override readonly code = 'NO_SERVICE_USER';
}

/** The server was started and ended, or did not accept connections in time. */
export class PostgresDidNotStart extends FailedError {
  override readonly code = 'POSTGRES_DID_NOT_START';
}

export class PostgresDiskFull extends FailedError {
  override readonly code = 'POSTGRES_DISK_FULL';
}

/** The data folder is not one that this server can use: foreign files, another major version, another user's. */
export class UnusableDataFolder extends FailedError {
  override readonly code = 'UNUSABLE_DATA_FOLDER';
}

export class PostgresDidNotStop extends FailedError {
  override readonly code = 'POSTGRES_DID_NOT_STOP';
}
