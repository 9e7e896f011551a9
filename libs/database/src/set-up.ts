import { FailedError, type SqlRunner } from '#libs/settings';
import type { ExpectedIdentity, RuntimeLogin } from './addresses.js';

export async function setUpDatabase(
  _db: RuntimeLogin,
  _work: (sql: SqlRunner) => Promise<void>,
  _expected?: ExpectedIdentity,
): Promise<void> {
  throw new FailedError('not there yet');
}
