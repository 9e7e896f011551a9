import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Application, FailedError, Secret, UsageError } from '#libs/settings';
import {
  type EntityClass,
  type SchemaDifference,
  type TenantDatabase,
  createTenantDatabase,
  migrateDatabase,
  migrationNames,
  schemaDifference,
} from '#libs/database';
import { startThrowawayPostgres } from '#libs/processes';
import { loadApplication } from '#libs/release';
import { migrationText } from './migration-text.js';
import type { Report } from '../report.js';

export interface GenerateRequest {
  readonly codeRoot: string;
  /** As typed: `add-due-date`. */
  readonly name: string;
  readonly app: string;
  readonly now: Date;
  readonly report: Report;
}

export class NoEntities extends FailedError {
  override readonly code = 'NO_ENTITIES';
}

/**
 * Writes the migration that leads from what the application's migrations make to what its entities say. Compares on a
 * throw-away server: a developer's own database may have been changed by hand.
 */
export async function generateMigration(request: GenerateRequest): Promise<{ data: unknown; text: string }> {
  requireName(request.name);
  const { codeRoot, app } = request;
  const application = await loadApplication({ id: 'checkout', dir: codeRoot, kind: 'checkout' }, app);
  const { up, down } = await compare(application, await loadEntities(codeRoot, app));
  if (up.length === 0)
    return { data: { file: null }, text: 'The entities fit the migrations: nothing to write.' };
  const timestamp = Math.max(request.now.getTime(), newestTimestamp(application) + 1);
  const made = migrationText({ name: request.name, timestamp, up, down });
  const folder = join(codeRoot, 'apps', app, 'src', 'migrations');
  const file = join(folder, made.fileName);
  writeFileSync(file, made.text, { flag: 'wx' });
  const shown = relative(codeRoot, file);
  const text = [
    `Wrote ${shown}.`,
    `Read it, put ${made.className} at the end of ${relative(codeRoot, join(folder, 'index.ts'))}, then run \`npm run migrate -- --all\`.`,
  ].join('\n');
  return { data: { file: shown, className: made.className }, text };
}

function requireName(name: string): void {
  if (/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) return;
  throw new UsageError(`migration name: expected lower-case words with "-" between, found "${name}".`, {
    hint: 'Example: npm run migration:generate -- add-due-date.',
  });
}

async function compare(
  application: Application,
  entities: readonly EntityClass[],
): Promise<SchemaDifference> {
  const postgres = await startThrowawayPostgres();
  try {
    const db: TenantDatabase = {
      server: postgres.server,
      ...{ name: 'comparison', ownerRole: 'comparison_owner', runtimeRole: 'comparison_runtime' },
      ownerPassword: new Secret(randomBytes(16).toString('hex')),
      runtimePassword: new Secret(randomBytes(16).toString('hex')),
    };
    const identity = { tenant: 'comparison', id: randomUUID() };
    await createTenantDatabase(db, identity);
    await migrateDatabase({ db, identity, migrations: application.migrations, lockWaitMs: 1000 });
    return await schemaDifference(db, entities);
  } finally {
    await postgres.stop();
  }
}

/** `apps/<app>/src/entities` exports the list: there is no folder to search in a bundle, so there is a list. */
async function loadEntities(codeRoot: string, app: string): Promise<readonly EntityClass[]> {
  const file = join(codeRoot, 'dist', 'apps', app, 'src', 'entities.js');
  if (!existsSync(file)) {
    throw new NoEntities(`apps/${app}/src/entities.ts: is not there, or not compiled.`, {
      hint: 'Export the list of entity classes from it as `entities`.',
    });
  }
  const { entities } = (await import(pathToFileURL(file).href)) as { entities: readonly EntityClass[] };
  return entities;
}

function newestTimestamp({ migrations }: Application): number {
  return Math.max(0, ...migrationNames(migrations).map((name) => Number(/\d{13}$/.exec(name)?.[0] ?? 0)));
}
