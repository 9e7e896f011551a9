import { createSettingsLoader } from '#libs/settings';
import { type Release, loadApplicationsNow } from '#libs/release';
import { type Dependencies, nodeEnvOf } from '../../dependencies.js';
import { applicationsOf } from '../../settings/release-settings.js';
import { openOwnRelease } from '../release-of.js';

/**
 * The world as it is to be when `release` is current: settings are read as it declares them. Tenants that are pinned keep
 * their own; those that a deploy holds back do not, since this one is to bring them along.
 */
export async function underRelease(dependencies: Dependencies, release: Release): Promise<Dependencies> {
  const { home, env } = dependencies;
  const applications = await applicationsOf(release);
  return {
    ...{ ...dependencies, release, currentRelease: () => release, applications: async () => applications },
    settings: async () =>
      createSettingsLoader({
        ...{ home, env, releaseDir: release.dir, nodeEnv: nodeEnvOf(env), application: applications },
        releaseOf: (tenant, pin) => {
          const own = pin && openOwnRelease(home.paths, tenant, pin);
          if (own === undefined || own.dir === release.dir) return undefined;
          return { releaseDir: own.dir, application: loadApplicationsNow(own) };
        },
      }),
  };
}
