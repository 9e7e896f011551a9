import type { ErrorDetails, Secret, TenantryError } from '#libs/settings';
import type { ServerEndpoint } from './addresses.js';
import {
  DatabaseNotOurs,
  LoginRefused,
  PoolerRefused,
  NoSuchDatabase,
  PostgresUnreachable,
  TooManyConnections,
  WrongPassword,
} from './errors.js';
import { errorCode, errorText, safeCause, sqlStates } from './postgres-error.js';
import { tlsError } from './tls-error.js';

/** Who tried to connect to what. */
export interface Login {
  readonly server: ServerEndpoint;
  readonly database: string;
  readonly user: string;
  readonly password: Secret | undefined;
}

/** `Postgres "main" at 127.0.0.1:5432`. */
export function describeServer(server: ServerEndpoint): string {
  const place = server.host.startsWith('/')
    ? `${server.host} (port ${server.port})`
    : `${server.host}:${server.port}`;
  const name = server.name === undefined ? 'Postgres' : `Postgres "${server.name}"`;
  return `${server.pooler === undefined ? name : `Pooler of ${name}`} at ${place}`;
}

interface Refusal {
  readonly Class: new (message: string, details: ErrorDetails) => TenantryError;
  readonly hint: string;
  readonly what: (login: Login, said: string) => string;
}

const refusals: Readonly<Record<string, Refusal>> = {
  [sqlStates.invalidPassword]: {
    Class: WrongPassword,
    hint: 'Compare the password in secrets.yaml with the server.',
    what: ({ user }) => `wrong password for role "${user}", or no such role`,
  },
  [sqlStates.invalidAuthorization]: {
    Class: LoginRefused,
    hint: "Check the role on the server and the server's pg_hba.conf.",
    what: ({ user }, said) => `refuses the login of role "${user}": ${said}`,
  },
  [sqlStates.invalidDatabase]: {
    Class: NoSuchDatabase,
    hint: 'Check database.name in the settings; `tenantry tenant create` makes a database.',
    what: ({ database }) => `there is no database "${database}"`,
  },
  // Postgres has no reason to say so at a login; PgBouncer says nothing else.
  [sqlStates.protocolViolation]: {
    Class: LoginRefused,
    hint: 'If that is a PgBouncer, set host and port in tenantry.yaml to those of Postgres, and name the PgBouncer as its pooler.',
    what: ({ user, database }, said) => `refuses role "${user}" in database "${database}": ${said}`,
  },
  [sqlStates.insufficientPrivilege]: {
    Class: DatabaseNotOurs,
    hint: 'Check database.name and the role names in the settings.',
    what: ({ user, database }) =>
      `role "${user}" may not connect to database "${database}": it is somebody else's. Nothing was written`,
  },
  [sqlStates.tooManyConnections]: {
    Class: TooManyConnections,
    hint: 'Lower database.pool.max of some tenants, or raise max_connections of the server.',
    what: (_, said) => `no connection is left (${said})`,
  },
};

/** Turns what happened while connecting into the error that says what to do. */
export function connectionError(error: unknown, login: Login, wasAskedForPassword = false): TenantryError {
  const where = describeServer(login.server);
  const cause = safeCause(error, [login.password]);
  if (wasAskedForPassword) return missingPassword(where, login.user, cause);
  const refusal = refusalOf(errorCode(error) ?? '', login);
  if (refusal === undefined) return tlsError(error, login.server, where) ?? unreachable(error, login);
  const { Class, hint, what } = refusal;
  return new Class(`${where}: ${what(login, errorText(error, [login.password]))}.`, { cause, hint });
}

const atPooler: Refusal = {
  Class: PoolerRefused,
  hint: 'Look at its auth_file (or auth_query) and its databases; `tenantry doctor` says what differs.',
  what: ({ user, database }, said) => `does not let role "${user}" into database "${database}": ${said}`,
};

function refusalOf(code: string, { server }: Login): Refusal | undefined {
  return code === sqlStates.protocolViolation && server.pooler !== undefined ? atPooler : refusals[code];
}

/** The server went away while something was being done. */
export function connectionLost(error: unknown, { server, password }: Login): PostgresUnreachable {
  const said = errorText(error, [password]);
  return new PostgresUnreachable(`${describeServer(server)}: the connection was lost: ${said}.`, {
    cause: safeCause(error, [password]),
    hint: 'Check that the server runs, then try again.',
  });
}

function missingPassword(where: string, user: string, cause: Error): TenantryError {
  return new WrongPassword(`${where}: asks for the password of role "${user}", and none is set.`, {
    cause,
    hint: 'Set it in secrets.yaml.',
  });
}

function unreachable(error: unknown, { server, password }: Login): TenantryError {
  const reason =
    errorCode(error) === sqlStates.cannotConnectNow
      ? 'it is starting or stopping'
      : errorText(error, [password]);
  return new PostgresUnreachable(`${describeServer(server)}: cannot be reached: ${reason || 'no answer'}.`, {
    cause: safeCause(error, [password]),
    hint: 'Check that it runs (`tenantry postgres status` for an embedded one) and its address in tenantry.yaml.',
  });
}
