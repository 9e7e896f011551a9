import { describe, expect, it } from '@jest/globals';
import { Secret } from '#libs/settings';
import { connectionError } from './connection-error.js';

const login = {
  server: { name: 'main', host: '/run/pg', port: 5433, ssl: 'off' as const },
  database: 'tenant_acme',
  user: 'tenant_acme',
  password: new Secret('hunter2'),
};

function saying(code: string | undefined, message = 'no'): Error {
  return Object.assign(new Error(message), { code });
}

describe('connectionError', () => {
  it.each([
    ['28P01', 'WRONG_PASSWORD', 1],
    ['28000', 'LOGIN_REFUSED', 1],
    ['3D000', 'NO_SUCH_DATABASE', 1],
    ['42501', 'DATABASE_NOT_OURS', 78],
    ['53300', 'TOO_MANY_CONNECTIONS', 1],
    ['57P03', 'POSTGRES_UNREACHABLE', 1],
    ['ECONNREFUSED', 'POSTGRES_UNREACHABLE', 1],
    [undefined, 'POSTGRES_UNREACHABLE', 1],
  ])('turns %s into %s', (sqlState, code, exitCode) => {
    const error = connectionError(saying(sqlState), login);
    expect(error).toMatchObject({ code, exitCode });
    expect(error.message).toMatch(/^Postgres "main" at \/run\/pg \(port 5433\): .*\.$/);
    expect(error.hint).toMatch(/\.$/);
  });

  it('looks into what TypeORM wraps', () => {
    expect(connectionError({ message: 'x', driverError: saying('28P01') }, login).code).toBe(
      'WRONG_PASSWORD',
    );
  });

  it('never repeats the password', () => {
    const error = connectionError(saying(undefined, 'postgres://x:hunter2@host'), login);
    expect(`${error.message} ${String(error.cause)} ${error.stack}`).not.toContain('hunter2');
  });
});
