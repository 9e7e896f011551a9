import { type Application, type SettingsLoader, createSettingsLoader } from '#libs/settings';
import { type Release, listApplications, loadApplication, openRelease } from '#libs/release';
import { type Dependencies, nodeEnvOf } from '../dependencies.js';

/** Reads the tenants' settings as they are now, but against the base settings and the schema of another release. */
export async function settingsUnder(dependencies: Dependencies, id: string): Promise<SettingsLoader> {
  const { home, env } = dependencies;
  const release = openRelease(home.paths, id);
  return createSettingsLoader({
    ...{ home, env, releaseDir: release.dir, nodeEnv: nodeEnvOf(env) },
    application: await applicationsOf(release),
  });
}

/** Every application of a release, described; where there is none, the error says what is missing. */
export function applicationsOf(release: Release): Promise<Application[]> {
  const names = listApplications(release);
  return Promise.all((names.length > 0 ? names : ['web']).map((app) => loadApplication(release, app)));
}
