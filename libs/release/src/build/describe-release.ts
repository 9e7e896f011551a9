import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { type Application, overlayJsonSchema } from '#libs/settings';

import { describeMigrations } from '../describe-migrations.js';
import { hashFiles, isCache } from '../directory/file-list.js';
import { loadApplication } from '../load-application.js';
import type { ApplicationManifest, FileManifest, MigrationManifest, ReleaseManifest } from '../manifest.js';
import type { Release } from '../release.js';
import { NoMigrationSource } from './errors.js';

/** What the applications say about themselves. */
export type Description = Pick<ReleaseManifest, 'applications' | 'settingsSchema'>;

/** Loads the applications as they were compiled, and writes the schema of each one's settings into the staged release. */
export async function describeApplications(
  checkout: Release,
  { folder, apps }: { readonly folder: string; readonly apps: readonly string[] },
): Promise<Description> {
  const applications: ApplicationManifest[] = [];
  const schemas = createHash('sha256');
  for (const name of apps) {
    const application = await loadApplication(checkout, name);
    applications.push({ name, migrations: migrationsOf(checkout, application) });
    const schema = `${JSON.stringify(overlayJsonSchema(application), null, 2)}\n`;
    schemas.update(schema);
    const file = join(folder, settingsSchemaFile(name));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, schema);
  }
  return { applications, settingsSchema: schemas.digest('hex') };
}

/** The JSON Schema of overlays, as a path in a release. */
export function settingsSchemaFile(app: string): string {
  return `apps/${app}/settings.schema.json`;
}

/** Hashed as the ledger of each database has them: the source of each, which the release itself leaves out. */
function migrationsOf(checkout: Release, application: Application): MigrationManifest[] {
  return describeMigrations(checkout, application).map(({ hash, ...migration }) => {
    if (hash !== undefined) return { ...migration, hash };
    const folder = `apps/${application.name}/src/migrations`;
    throw new NoMigrationSource(
      `${folder}: has no file ${migration.name.slice(-13)}-….ts for the migration ${migration.name}.`,
      { hint: 'Name the file by the 13 digits that the name of its migration ends with.' },
    );
  });
}

/** The files of a staged release, for its manifest. */
export async function describeFiles(dir: string): Promise<Pick<ReleaseManifest, 'files' | 'caches'>> {
  const all = (await hashFiles(dir)).map(({ path, sha256, mode }): FileManifest => ({ path, sha256, mode }));
  return { files: all.filter(({ path }) => !isCache(path)), caches: all.filter(({ path }) => isCache(path)) };
}
