import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Application,
  type SettingsLoader,
  UsageError,
  createSettingsLoader,
  nearest,
} from '#libs/settings';
import { type Release, listApplications, loadApplication } from '#libs/release';
import { type Dependencies, nodeEnvOf } from '../dependencies.js';

export class UnknownRelease extends UsageError {
  override readonly code = 'UNKNOWN_RELEASE';
}

/** Reads the tenants' settings as they are now, but against the base settings and the schema of another release. */
export async function settingsUnder(dependencies: Dependencies, id: string): Promise<SettingsLoader> {
  const { home, env } = dependencies;
  const release = requireRelease(dependencies, id);
  return createSettingsLoader({
    ...{ home, env, releaseDir: release.dir, nodeEnv: nodeEnvOf(env) },
    application: await applicationsOf(release),
  });
}

/** A release of the home by its id; throws UnknownRelease (exit 2), which suggests the nearest. */
export function requireRelease({ home: { paths } }: Dependencies, id: string): Release {
  const known = existsSync(paths.releases) ? readdirSync(paths.releases).filter(isReleaseId) : [];
  if (known.includes(id)) return { id, dir: realpathSync(join(paths.releases, id)), kind: 'built' };
  const near = nearest(id, known);
  const all = known.length > 0 ? `This home has ${known.toSorted().join(', ')}.` : 'This home has none yet.';
  throw new UnknownRelease(`release ${JSON.stringify(id)}: there is no such release in this home.`, {
    hint: near === undefined ? all : `Did you mean "${near}"?`,
  });
}

function isReleaseId(name: string): boolean {
  return !name.startsWith('.');
}

/** Every application of a release, described; where there is none, the error says what is missing. */
export function applicationsOf(release: Release): Promise<Application[]> {
  const names = listApplications(release);
  return Promise.all((names.length > 0 ? names : ['web']).map((app) => loadApplication(release, app)));
}
