import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { type Application, FailedError, namesIn, SettingsError } from '#libs/settings';

import type { Release } from './release.js';

export class UnknownApplication extends SettingsError {
  override readonly code = 'UNKNOWN_APPLICATION';
}

export class NotCompiled extends FailedError {
  override readonly code = 'NOT_COMPILED';
}

/** Which form of the application's description is wanted: a bundled caller shares zod and more with the bundled one. */
export interface LoadOptions {
  readonly isBundled?: boolean;
}

/**
 * What the release's application says about itself (settings, migrations, set-up) without booting it.
 * Loads the module `apps/<app>/src/application` of that release, never of the caller's; from its bundle where that is
 * wanted and there.
 */
export async function loadApplication(
  release: Release,
  app: string,
  options: LoadOptions = {},
): Promise<Application> {
  const file = applicationFile(release, app, options);
  return exportedBy(file, await import(pathToFileURL(file).href));
}

/**
 * Every application of a release, loaded before the call returns: which release a tenant is pinned to is found out
 * amidst reading its settings.
 */
export function loadApplicationsNow(release: Release): Application[] {
  return listApplications(release).map((app) => {
    const file = applicationFile(release, app, { isBundled: true });
    return exportedBy(file, createRequire(file)(file));
  });
}

function applicationFile(release: Release, app: string, { isBundled = false }: LoadOptions): string {
  const bundled = join(operatorBundle(release), `application-${app}.mjs`);
  const compiled = join(release.dir, 'dist', 'apps', app, 'src', 'application.js');
  const wanted = isBundled ? [bundled, compiled] : [compiled, bundled];
  const file = wanted.find((each) => existsSync(each));
  if (file !== undefined) return file;
  throw notThere(release, app);
}

function exportedBy(file: string, loaded: unknown): Application {
  const application = exportedApplication(loaded);
  if (application !== undefined) return application;
  throw new UnknownApplication(`${file}: expected an export named "application", found none.`, {
    hint: 'Export it: export const application = defineApplication({ … }).',
  });
}

/** The folder of the release's bundled command line. */
export function operatorBundle(release: Pick<Release, 'dir'>): string {
  return join(release.dir, 'dist', 'bundle', 'operator');
}

/** The release's applications, sorted: those that describe themselves, in a release that was built by its bundle alone. */
export function listApplications(release: Release): string[] {
  const apps = join(release.dir, 'dist', 'apps');
  const compiled = namesIn(apps).filter((app) => existsSync(join(apps, app, 'src', 'application.js')));
  const bundled = namesIn(operatorBundle(release)).flatMap(
    (name) => /^application-(.*)\.mjs$/.exec(name)?.[1] ?? [],
  );
  return (compiled.length > 0 ? compiled : bundled).toSorted();
}

function notThere(release: Release, app: string): Error {
  if (existsSync(join(release.dir, 'apps', app, 'src', 'application.ts'))) {
    return new NotCompiled(`${release.dir}: the application "${app}" is not compiled.`, {
      hint: 'Run `npm run build` there.',
    });
  }
  return new UnknownApplication(`release ${release.id}: has no application "${app}".`, {
    hint: 'Set `app:` to the name of a folder below apps/.',
  });
}

function exportedApplication(loaded: unknown): Application | undefined {
  if (typeof loaded !== 'object' || loaded === null) return undefined;
  if ('application' in loaded) return loaded.application as Application;
  return 'default' in loaded ? (loaded.default as Application) : undefined;
}
