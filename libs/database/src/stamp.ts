import { FailedError } from '#libs/settings';
import type { ExpectedIdentity, Identity } from './addresses.js';
import type { Connection } from './connect.js';

export async function readStamp(_connection: Connection): Promise<Identity | undefined> {
  throw new FailedError('not there yet');
}
export async function proveDatabase(_connection: Connection, _expected: ExpectedIdentity): Promise<Identity> {
  throw new FailedError('not there yet');
}
