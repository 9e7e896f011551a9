import { dirname } from 'node:path';
import { type Home, type SettingsLoader, createSettingsLoader, findHome, openHome } from '#libs/settings';
import {
  NotCompiled,
  type Release,
  listApplications,
  loadApplication,
  loadApplicationsNow,
  operatorBundle,
  resolveRelease,
} from '#libs/release';
import type { Application } from '#libs/settings';
import { heldTenants, openOwnRelease } from './releases/release-of.js';
import type { Report } from './report.js';

/** Everything a verb works with; the one place where the surroundings are read. */
export interface Dependencies {
  readonly home: Home;
  /** What `current` was when the command began, or the checkout that the command came from. */
  readonly release: Release;
  /** The same now: a command that runs for days sees `current` turn. */
  readonly currentRelease: () => Release;
  readonly codeRoot: string;
  /** The script that this process was started with; a supervisor is started with the same. */
  readonly entry: string;
  readonly env: NodeJS.ProcessEnv;
  /** As typed, for locks and timelines. */
  readonly command: string;
  readonly signal: AbortSignal;
  readonly report: Report;
  readonly now: () => Date;
  /** The home as its files are now: a command that runs for days must not go by what it read at first. */
  readonly rereadHome: () => Home;
  /** What the applications of `current` declare: loaded once for each release, when first asked for. */
  readonly applications: () => Promise<readonly Application[]>;
  /**
   * Reads the settings of tenants, each as the release declares them that the tenant is to run. Each call reads `current`,
   * the base layers and profiles anew.
   */
  readonly settings: () => Promise<SettingsLoader>;
}

export interface Surroundings {
  /** `--home`, as typed. */
  readonly home: string | undefined;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly codeRoot: string;
  readonly entry: string;
  readonly command: string;
  readonly signal: AbortSignal;
  readonly report: Report;
}

/** Finds and opens the home. Throws SettingsError for a broken tenantry.yaml, UsageError where there is no home. */
export function createDependencies(surroundings: Surroundings): Dependencies {
  const { env, cwd, codeRoot, entry, command, signal, report } = surroundings;
  const homeEnv = surroundings.home === undefined ? env : { ...env, TENANTRY_HOME: surroundings.home };
  const rereadHome = (): Home => openHome(findHome({ env: homeEnv, cwd }), env);
  const home = rereadHome();
  const currentRelease = (): Release => resolveRelease({ paths: home.paths, codeRoot });
  const release = currentRelease();
  const isBundled = dirname(entry) === operatorBundle({ dir: codeRoot });
  const load = memoized((of: Release) => loadApplications(of, isBundled));
  return {
    ...{ home, release, codeRoot, entry, env, command, signal, report },
    ...{ currentRelease, rereadHome },
    applications: () => load(currentRelease()),
    now: () => new Date(),
    settings: settingsReader({ home, env, currentRelease, load }),
  };
}

interface SettingsReading extends Pick<Dependencies, 'home' | 'env' | 'currentRelease'> {
  readonly load: (release: Release) => Promise<readonly Application[]>;
}

function settingsReader({ home, env, currentRelease, load }: SettingsReading): Dependencies['settings'] {
  const loadNow = memoized(loadApplicationsNow);
  return async () => {
    const current = currentRelease();
    const held = heldTenants(home.paths);
    return createSettingsLoader({
      ...{ home, env, releaseDir: current.dir, nodeEnv: nodeEnvOf(env) },
      application: await load(current),
      releaseOf: (tenant, pin) => {
        // Nearly every tenant follows `current`; there may be a thousand.
        if (pin === undefined && !held.has(tenant)) return undefined;
        const own = openOwnRelease(home.paths, tenant, pin);
        if (own === undefined || own.dir === current.dir) return undefined;
        return { releaseDir: own.dir, application: loadNow(own) };
      },
    });
  };
}

/** Tenants run in production unless somebody says otherwise; their processes are told the same. */
export function nodeEnvOf(env: NodeJS.ProcessEnv): string {
  return env['NODE_ENV'] ?? 'production';
}

async function loadApplications(release: Release, isBundled: boolean): Promise<readonly Application[]> {
  const names = listApplications(release);
  if (names.length > 0) {
    return Promise.all(names.map((name) => loadApplication(release, name, { isBundled })));
  }
  throw new NotCompiled(`${release.dir}: holds no compiled application.`, {
    hint: 'Run `npm run build` there.',
  });
}

/** One result for each release. */
function memoized<T>(make: (release: Release) => T): (release: Release) => T {
  const made = new Map<string, T>();
  return (release) => {
    const known = made.get(release.dir) ?? make(release);
    made.set(release.dir, known);
    return known;
  };
}
