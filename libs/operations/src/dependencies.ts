import { dirname } from 'node:path';
import { type Home, type SettingsLoader, createSettingsLoader, findHome, openHome } from '#libs/settings';
import {
  NotCompiled,
  type Release,
  listApplications,
  loadApplication,
  operatorBundle,
  resolveRelease,
} from '#libs/release';
import type { Application, LoadedSettings } from '#libs/settings';
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
  /** What the release's applications declare: loaded once, when first asked for. */
  readonly applications: () => Promise<readonly Application[]>;
  /** Reads the settings of tenants. Each call reads the base layers and profiles anew. */
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
  const applications = once(() =>
    loadApplications(release, dirname(entry) === operatorBundle({ dir: codeRoot })),
  );
  return {
    ...{
      home,
      release,
      currentRelease,
      codeRoot,
      entry,
      env,
      command,
      signal,
      report,
      applications,
      rereadHome,
    },
    now: () => new Date(),
    settings: async () =>
      createSettingsLoader({
        ...{ home, env },
        releaseDir: release.dir,
        application: await applications(),
        nodeEnv: nodeEnvOf(env),
      }),
  };
}

/** Tenants run in production unless somebody says otherwise; their processes are told the same. */
export function nodeEnvOf(env: NodeJS.ProcessEnv): string {
  return env['NODE_ENV'] ?? 'production';
}

/** What the tenant's own application declares; the loader has made sure that the release has it. */
export async function applicationOf(
  { applications, release }: Pick<Dependencies, 'applications' | 'release'>,
  { settings }: LoadedSettings,
): Promise<Application> {
  const found = (await applications()).find(({ name }) => name === settings.app);
  return found ?? loadApplication(release, settings.app);
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

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
