import { type Home, type SettingsLoader, createSettingsLoader, findHome, openHome } from '#libs/settings';
import { type Release, loadApplication, resolveRelease } from '#libs/release';
import type { Application } from '#libs/settings';
import type { Report } from './report.js';

/** Everything a verb works with; the one place where the surroundings are read. */
export interface Dependencies {
  readonly home: Home;
  /** What tenants run unless they are pinned: `current`, or the checkout that the command came from. */
  readonly release: Release;
  readonly codeRoot: string;
  readonly env: NodeJS.ProcessEnv;
  /** As typed, for locks and timelines. */
  readonly command: string;
  readonly signal: AbortSignal;
  readonly report: Report;
  readonly now: () => Date;
  /** The home as its files are now: a command that runs for days must not go by what it read at first. */
  readonly rereadHome: () => Home;
  /** What the release's application declares: loaded once, when first asked for. */
  readonly application: () => Promise<Application>;
  /** Reads the settings of tenants. Each call reads the base layers and profiles anew. */
  readonly settings: () => Promise<SettingsLoader>;
}

export interface Surroundings {
  /** `--home`, as typed. */
  readonly home: string | undefined;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly codeRoot: string;
  readonly command: string;
  readonly signal: AbortSignal;
  readonly report: Report;
}

/** Finds and opens the home. Throws SettingsError for a broken tenantry.yaml, UsageError where there is no home. */
export function createDependencies(surroundings: Surroundings): Dependencies {
  const { env, cwd, codeRoot, command, signal, report } = surroundings;
  const homeEnv = surroundings.home === undefined ? env : { ...env, TENANTRY_HOME: surroundings.home };
  const rereadHome = (): Home => openHome(findHome({ env: homeEnv, cwd }), env);
  const home = rereadHome();
  const release = resolveRelease({ paths: home.paths, codeRoot });
  const application = once(() => loadApplication(release, 'web'));
  return {
    ...{ home, release, codeRoot, env, command, signal, report, application, rereadHome },
    now: () => new Date(),
    settings: async () =>
      createSettingsLoader({
        ...{ home, env },
        releaseDir: release.dir,
        application: await application(),
        nodeEnv: nodeEnvOf(env),
      }),
  };
}

/** Tenants run in production unless somebody says otherwise; their processes are told the same. */
export function nodeEnvOf(env: NodeJS.ProcessEnv): string {
  return env['NODE_ENV'] ?? 'production';
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
