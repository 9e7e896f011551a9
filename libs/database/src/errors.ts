import {
  type ErrorDetails,
  exitCodes,
  FailedError,
  LockedError,
  RefusedError,
  SettingsError,
  TenantryError,
  UsageError,
} from '#libs/settings';

/** No Postgres answers there. */
export class PostgresUnreachable extends FailedError {
  override readonly code: string = 'POSTGRES_UNREACHABLE';
}

/** The server's certificate was not accepted. */
export class ServerNotTrusted extends FailedError {
  override readonly code = 'SERVER_NOT_TRUSTED';
}

/** The server does not encrypt, and it should. */
export class NoTls extends FailedError {
  override readonly code = 'NO_TLS';
}

/** A file of a certificate or key that tenantry.yaml names cannot be read, or is none. */
export class TlsFileUnusable extends SettingsError {
  override readonly code = 'TLS_FILE_UNUSABLE';
}

/** The pooler in front of a server does not let a role through. */
export class PoolerRefused extends FailedError {
  override readonly code = 'POOLER_REFUSED';
}

/** The server lacks what databases of tenants need. */
export class PostgresTooOld extends RefusedError {
  override readonly code = 'POSTGRES_TOO_OLD';
}

/** A pooler answers where the server itself should. */
export class PoolerInTheWay extends RefusedError {
  override readonly code = 'POOLER_IN_THE_WAY';
}

/** The server knows the role but not this password, or asks for one and none is set. */
export class WrongPassword extends FailedError {
  override readonly code = 'WRONG_PASSWORD';
}

/** The server's own rules (pg_hba.conf) or its lack of such a role keep this login out. */
export class LoginRefused extends FailedError {
  override readonly code = 'LOGIN_REFUSED';
}

/** The server has no connection left. */
export class TooManyConnections extends FailedError {
  override readonly code = 'TOO_MANY_CONNECTIONS';
}

export class NoSuchDatabase extends FailedError {
  override readonly code = 'NO_SUCH_DATABASE';
}

/** The role may log in, but not to this database: it is somebody else's. */
export class DatabaseNotOurs extends RefusedError {
  override readonly code = 'DATABASE_NOT_OURS';
  override readonly exitCode = exitCodes.settings;
}

/** The stamp in the database is another tenant's, or there is none. */
export class WrongIdentity extends RefusedError {
  override readonly code = 'WRONG_IDENTITY';
  override readonly exitCode = exitCodes.settings;
}

/** A database or role of that name is there already and was not made for this tenant. */
export class DatabaseExists extends RefusedError {
  override readonly code = 'DATABASE_EXISTS';
}

/** Rows could not be copied, or are not what they were where they came from. */
export class CopyFailed extends FailedError {
  override readonly code = 'COPY_FAILED';
}

/** Creating failed; whatever it had made is gone again. */
export class CreationFailed extends FailedError {
  override readonly code = 'CREATION_FAILED';
}

/** Creating failed, and so did undoing it. The message names what is left. */
export class CreationLeftRemains extends FailedError {
  override readonly code = 'CREATION_LEFT_REMAINS';
}

export class DropFailed extends FailedError {
  override readonly code = 'DROP_FAILED';
}

/** Somebody else is migrating, creating or dropping this database. */
export class DatabaseLocked extends LockedError {
  override readonly code = 'DATABASE_LOCKED';
}

/** The release's list of migrations cannot be used: a mistake of the product's developer. */
export class BadMigrationList extends FailedError {
  override readonly code = 'BAD_MIGRATION_LIST';
}

/** The database has migrations that this release does not know, or differs from the release in another way that a guard minds. */
export class MigrationRefused extends RefusedError {
  override readonly code: string = 'MIGRATION_REFUSED';
}

/** Somebody named a migration that the release does not have. */
export class UnknownMigration extends UsageError {
  override readonly code = 'UNKNOWN_MIGRATION';
}

/** What a run had done when it ended early. */
export interface RunDetails extends ErrorDetails {
  /** Names of migrations that this run applied; they stay. */
  readonly applied?: readonly string[];
  /** The one that failed. */
  readonly migration?: string;
}

/** A migration threw. */
export class MigrationFailed extends FailedError {
  override readonly code = 'MIGRATION_FAILED';
  readonly migration: string;
  readonly applied: readonly string[];

  constructor(message: string, details: RunDetails) {
    super(message, details);
    this.migration = details.migration ?? '';
    this.applied = details.applied ?? [];
  }
}

/** The server went away while a migration ran. The database has all of it or nothing, unless it runs outside a transaction. */
export class MigrationCutOff extends PostgresUnreachable {
  override readonly code = 'MIGRATION_CUT_OFF';
  readonly migration: string;
  readonly applied: readonly string[];

  constructor(message: string, details: RunDetails) {
    super(message, details);
    this.migration = details.migration ?? '';
    this.applied = details.applied ?? [];
  }
}

/** All migrations ran, yet the database does not show them. */
export class HeadMismatch extends FailedError {
  override readonly code = 'HEAD_MISMATCH';
}

/** Asked to stop between two migrations or while waiting. */
export class MigrationInterrupted extends TenantryError {
  readonly code = 'INTERRUPTED';
  readonly exitCode = exitCodes.interrupted;
  readonly applied: readonly string[];

  constructor(message: string, details: RunDetails) {
    super(message, details);
    this.applied = details.applied ?? [];
  }
}
