import { FailedError, type MigrationClass } from '#libs/settings';
import type { Connection } from './connect.js';

export interface MigrationStatus {
  readonly head: string | null;
  readonly pending: string[];
  /** In the database, not in the release: the database is newer. */
  readonly unknown: string[];
}
export async function migrationStatus(_input: {
  connection: Connection;
  /** Classes, or their names as a manifest lists them. */
  migrations: readonly (MigrationClass | string)[];
}): Promise<MigrationStatus> {
  throw new FailedError('not there yet');
}
export async function checkSchema(
  _connection: Connection,
  _expectedNames: readonly string[],
): Promise<'current' | { pending: string[]; unknown: string[] }> {
  throw new FailedError('not there yet');
}
/** The name under which each migration is recorded. */
export function migrationNames(_migrations: readonly (MigrationClass | string)[]): string[] {
  throw new FailedError('not there yet');
}
