import { randomBytes } from 'node:crypto';
import {
  connectServer,
  type Connection,
  CreationFailed,
  type CreationOptions,
  createTenantDatabase,
  type Template,
  type TenantConnections,
  type TenantDatabase,
  using,
} from '#libs/database';
import { type LoadedSettings, Secret } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { reachServer } from '../home/postgres.js';
import type { ReleaseMigrations } from '../migrations/fleet-databases.js';
import { errorText } from '../outcome.js';
import { connectionLimit } from './connection-limit.js';
import { type CreationIntent, writeIntent } from './creation-intent.js';
import { dropTemplate, templateFor } from './templates.js';
import { describeDatabase } from './tenant-database.js';

export interface DatabaseToMake {
  readonly loaded: LoadedSettings;
  readonly intent: CreationIntent;
  readonly of: ReleaseMigrations;
  /** Default true. */
  readonly fromTemplate: boolean | undefined;
  readonly database: TenantDatabase;
  /** To the database, kept open for whoever goes on with it. */
  readonly connections: TenantConnections;
  /** What can be done for as long as the server makes it. */
  readonly meanwhile: () => void;
}

/** The database that a tenant is to get, with new passwords, on a server that runs. */
export async function planDatabase(
  dependencies: Dependencies,
  loaded: LoadedSettings,
): Promise<TenantDatabase> {
  const server = await reachServer(dependencies, loaded.settings.database.server);
  return describeDatabase(loaded, server, { owner: newPassword(), runtime: newPassword() });
}

/** Makes the tenant's database: a clone with all migrations where there is a template that proves right, else empty. */
export async function makeDatabase(dependencies: Dependencies, wanted: DatabaseToMake): Promise<void> {
  const { loaded, intent, of, database, fromTemplate = true } = wanted;
  const { name, ownerRole, runtimeRole, server } = database;
  writeIntent(dependencies.home.paths, loaded.tenant, {
    ...intent,
    database: { server: loaded.settings.database.server, name, ownerRole, runtimeRole },
    mediaRoot: loaded.settings.media.root,
  });
  const template = fromTemplate
    ? await using(connectServer(server), (admin) => clone(dependencies, { wanted, admin, of }))
    : undefined;
  if (template === undefined) await create(wanted);
  const from = template === undefined ? '' : `, cloned from ${template.name}`;
  dependencies.report.done(`database ${name} with roles ${ownerRole} and ${runtimeRole}${from}`);
}

function create(
  { database, intent, loaded, connections, meanwhile }: DatabaseToMake,
  by: Pick<CreationOptions, 'template' | 'admin'> = {},
): Promise<void> {
  const runtimeConnections = connectionLimit(loaded);
  const resume = intent.database !== undefined;
  return createTenantDatabase(database, intent.identity, {
    ...{ runtimeConnections, resume, connections, meanwhile },
    ...by,
  });
}

interface Cloning {
  readonly wanted: DatabaseToMake;
  readonly admin: Connection;
  readonly of: ReleaseMigrations;
}

/** What was cloned; undefined where there is nothing to clone, or migrating may do better. */
async function clone(
  dependencies: Dependencies,
  { wanted, admin, of }: Cloning,
): Promise<Template | undefined> {
  const { server } = wanted.database;
  const template = await templateFor(dependencies, { server, admin }, of);
  if (template === undefined) return undefined;
  try {
    await create(wanted, { template, admin });
    return template;
  } catch (error) {
    if (!(error instanceof CreationFailed) || dependencies.signal.aborted) throw error;
    dependencies.report.warn(`${errorText(error)} It is migrated instead.`);
    const isStale = (error.cause as { code?: unknown } | undefined)?.code === 'TEMPLATE_STALE';
    if (isStale) await dropTemplate(dependencies, server, template);
    return undefined;
  }
}

function newPassword(): Secret {
  return new Secret(randomBytes(24).toString('base64url'));
}
