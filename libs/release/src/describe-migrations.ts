import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Application } from '#libs/settings';

import { isFinished, readManifest } from './directory/releases.js';
import type { MigrationManifest, ReleaseManifest } from './manifest.js';
import { isMissing } from './missing-file.js';
import type { Release } from './release.js';

/** As in a manifest; the hash is undefined where neither a manifest nor the source is there to say it. */
export interface DescribedMigration extends Omit<MigrationManifest, 'hash'> {
  readonly hash: string | undefined;
}

/**
 * What the release's manifest says of the application's migrations; of a checkout, what a build would write: names and
 * declarations from the classes, hashes of the sources `apps/<app>/src/migrations/<timestamp>-<words>.ts`.
 */
export function describeMigrations(
  release: Release,
  { name: app, migrations }: Pick<Application, 'name' | 'migrations'>,
): DescribedMigration[] {
  const listed = manifestOf(release)?.applications.find(({ name }) => name === app);
  if (listed !== undefined) return [...listed.migrations];
  const sources = sourcesOf(release.dir, app);
  return migrations.map((Class) => {
    const { name = Class.name, kind = 'expand', isReversible = true } = new Class();
    return { name, hash: sources.get(name.slice(-13)), kind, isReversible };
  });
}

/** Of a release that is only being built there is none yet. */
function manifestOf({ dir }: Release): ReleaseManifest | undefined {
  return isFinished(dir) ? readManifest(dir) : undefined;
}

/** Hashes by the timestamp in the file's name, which a migration's own name ends with. */
function sourcesOf(dir: string, app: string): ReadonlyMap<string, string> {
  const folder = join(dir, 'apps', app, 'src', 'migrations');
  const files = filesIn(folder).filter((file) => /^\d{13}-.*(?<!\.d)\.ts$/.test(file));
  return new Map(files.map((file) => [file.slice(0, 13), hashOf(join(folder, file))]));
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
