import { randomBytes } from 'node:crypto';
import {
  CreationFailed,
  createTenantDatabase,
  type ServerAddress,
  type Template,
  type TenantDatabase,
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
}

/** Makes the tenant's database: a clone with all migrations where there is a template that proves right, else empty. */
export async function makeDatabase(
  dependencies: Dependencies,
  { loaded, intent, of, fromTemplate = true }: DatabaseToMake,
): Promise<TenantDatabase> {
  const { settings, tenant } = loaded;
  const server = await reachServer(dependencies, settings.database.server);
  const template = fromTemplate ? await templateFor(dependencies, server, of) : undefined;
  const database = describeDatabase(loaded, server, { owner: newPassword(), runtime: newPassword() });
  const { name, ownerRole, runtimeRole } = database;
  writeIntent(dependencies.home.paths, tenant, {
    ...intent,
    database: { server: settings.database.server, name, ownerRole, runtimeRole },
    mediaRoot: settings.media.root,
  });
  const runtimeConnections = connectionLimit(loaded);
  const resume = intent.database !== undefined;
  const create = (from?: Template): Promise<void> =>
    createTenantDatabase(database, intent.identity, { runtimeConnections, template: from, resume });
  const isCloned = await clone(dependencies, { server, template, create });
  if (!isCloned) await create();
  const from = isCloned ? `, cloned from ${template?.name ?? ''}` : '';
  dependencies.report.done(`database ${name} with roles ${ownerRole} and ${runtimeRole}${from}`);
  return database;
}

interface Cloning {
  readonly server: ServerAddress;
  readonly template: Template | undefined;
  readonly create: (from: Template) => Promise<void>;
}

/** `false` where there is nothing to clone, or migrating may do better. */
async function clone(dependencies: Dependencies, { server, template, create }: Cloning): Promise<boolean> {
  if (template === undefined) return false;
  try {
    await create(template);
    return true;
  } catch (error) {
    if (!(error instanceof CreationFailed) || dependencies.signal.aborted) throw error;
    dependencies.report.warn(`${errorText(error)} It is migrated instead.`);
    const isStale = (error.cause as { code?: unknown } | undefined)?.code === 'TEMPLATE_STALE';
    if (isStale) await dropTemplate(dependencies, server, template);
    return false;
  }
}

function newPassword(): Secret {
  return new Secret(randomBytes(24).toString('base64url'));
}
