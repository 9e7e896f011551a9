import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FailedError, type HomePaths, Secret, type TenantName, writeFileAtomically } from '#libs/settings';
import {
  DatabaseNotOurs,
  type Identity,
  NoSuchDatabase,
  type TenantDatabase,
  WrongIdentity,
  dropTenantDatabase,
} from '#libs/database';
import { removeMediaRoot } from '#libs/media';
import type { Dependencies } from '../dependencies.js';
import { firstAdminFile } from './first-admin.js';
import { reachServer } from '../home/postgres.js';

/**
 * What a creation is about to make, written before it makes it: whoever finds it, this command on its way out or
 * the next one after a `kill -9`, takes back exactly that.
 */
export interface CreationIntent {
  readonly identity: Identity;
  /** The overlay's folder was not there before. */
  readonly madeFolder: boolean;
  readonly database?: { server: string; name: string; ownerRole: string; runtimeRole: string };
  readonly mediaRoot?: string;
  /** What was made is left for the next creation to go on with, instead of being taken back. */
  readonly keep?: boolean;
  /** The transaction in which the application sets its database up: Postgres knows whether it came through. */
  readonly setUp?: string;
}

export class UnreadableIntent extends FailedError {
  override readonly code = 'UNREADABLE_INTENT';
}

export function writeIntent(paths: HomePaths, tenant: TenantName, intent: CreationIntent): void {
  writeFileAtomically(intentFile(paths, tenant), `${JSON.stringify(intent)}\n`, 0o600);
}

export function removeIntent(paths: HomePaths, tenant: TenantName): void {
  rmSync(intentFile(paths, tenant), { force: true });
}

export function readIntent(paths: HomePaths, tenant: TenantName): CreationIntent | undefined {
  const file = intentFile(paths, tenant);
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as CreationIntent;
  } catch (error) {
    throw new UnreadableIntent(`${file}: cannot be read.`, {
      hint: 'It says what an interrupted creation made: look into it before you remove it.',
      cause: error,
    });
  }
}

/** Removes what an unfinished creation made, in reverse order; the intent goes last, so that this too can be repeated. */
export async function takeBack(dependencies: Dependencies, tenant: TenantName): Promise<void> {
  const { paths } = dependencies.home;
  const intent = readIntent(paths, tenant);
  if (!intent) return;
  const folder = join(paths.tenants, tenant);
  rmSync(join(folder, 'secrets.yaml'), { force: true });
  rmSync(firstAdminFile(paths, tenant), { force: true });
  if (intent.database) {
    const { server, ...names } = intent.database;
    const none = new Secret('');
    const database = {
      ...names,
      server: await reachServer(dependencies, server),
      ownerPassword: none,
      runtimePassword: none,
    };
    await dropOurs(database, intent.identity);
  }
  if (intent.mediaRoot !== undefined) await removeMediaRoot(intent.mediaRoot, intent.identity);
  if (intent.madeFolder) rmSync(folder, { recursive: true, force: true });
  removeIntent(paths, tenant);
}

/**
 * A database of that name which is not stamped with our identity, or does not even let us in, was there before: it is
 * left alone. One that was left before it was stamped is marked by its roles, and removed when it is created again.
 */
export async function dropOurs(database: TenantDatabase, identity: Identity): Promise<void> {
  try {
    await dropTenantDatabase(database, identity);
  } catch (error) {
    const isAnothers = error instanceof WrongIdentity || error instanceof DatabaseNotOurs;
    if (!isAnothers && !(error instanceof NoSuchDatabase)) throw error;
  }
}

function intentFile(paths: HomePaths, tenant: TenantName): string {
  return join(paths.state, 'creating', `${tenant}.json`);
}
