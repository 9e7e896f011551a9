import type { Secret, TenantryError } from '#libs/settings';
import type { ServerEndpoint } from './addresses.js';
import {
  DatabaseNotOurs,
  LoginRefused,
  NoSuchDatabase,
  PostgresUnreachable,
  TooManyConnections,
  WrongPassword,
} from './errors.js';
import { errorCode, errorText, safeCause, sqlStates } from './postgres-error.js';

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
  return server.name === undefined ? `Postgres at ${place}` : `Postgres "${server.name}" at ${place}`;
}

/** Turns what happened while connecting into the error that says what to do. */
export function connectionError(error: unknown, login: Login, wasAskedForPassword = false): TenantryError {
  const { server, user, database, password } = login;
  const where = describeServer(server);
  const cause = safeCause(error, [password]);
  if (wasAskedForPassword) return missingPassword(where, user, cause);
  switch (errorCode(error)) {
    case sqlStates.invalidPassword:
      return new WrongPassword(`${where}: wrong password for role "${user}", or no such role.`, {
        cause,
        hint: 'Compare the password in secrets.yaml with the server.',
      });
    case sqlStates.invalidAuthorization:
      return new LoginRefused(
        `${where}: refuses the login of role "${user}": ${errorText(error, [password])}.`,
        {
          cause,
          hint: "Check the role on the server and the server's pg_hba.conf.",
        },
      );
    case sqlStates.invalidDatabase:
      return new NoSuchDatabase(`${where}: there is no database "${database}".`, {
        cause,
        hint: 'Check database.name in the settings; `tenantry tenant create` makes a database.',
      });
    case sqlStates.insufficientPrivilege:
      return new DatabaseNotOurs(
        `${where}: role "${user}" may not connect to database "${database}": it is somebody else's. Nothing was written.`,
        { cause, hint: 'Check database.name and the role names in the settings.' },
      );
    case sqlStates.tooManyConnections:
      return new TooManyConnections(`${where}: no connection is left (${errorText(error, [password])}).`, {
        cause,
        hint: 'Lower database.pool.max of some tenants, or raise max_connections of the server.',
      });
    default:
      return unreachable(error, login);
  }
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
