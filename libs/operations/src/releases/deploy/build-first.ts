import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { exitCodes, FailedError, RefusedError, UsageError } from '#libs/settings';
import { commandEnvironment, runCommand } from '#libs/processes';
import { defaultReleaseId, freeId, listReleases } from '#libs/release';
import type { Dependencies } from '../../dependencies.js';
import { buildRelease } from '../build-release.js';

export interface Source {
  /** Of this home; nothing is built then. */
  readonly release?: string | undefined;
  /** A checkout; default: the one that the command came from. */
  readonly from?: string | undefined;
  /** Of what is built; default: the commit's time and name. */
  readonly id?: string | undefined;
  readonly allowDirty: boolean;
  readonly cwd: string;
}

/** The release that is to be deployed, and what has to be done to have it. */
export interface Sourced {
  readonly release: string;
  /** Undefined where it is there. */
  readonly build: (() => Promise<void>) | undefined;
  readonly description: string;
}

export class BuildFailed extends FailedError {
  override readonly code = 'BUILD_FAILED';
}

export class BuildRefused extends RefusedError {
  override readonly code = 'BUILD_REFUSED';
}

/** Throws UsageError (exit 2) where the options contradict each other, or where there is no checkout to build from. */
export async function findSource(dependencies: Dependencies, source: Source): Promise<Sourced> {
  const { home, codeRoot } = dependencies;
  const { release, from, id } = source;
  if (release !== undefined) {
    if (from === undefined && id === undefined) return { release, build: undefined, description: '' };
    throw new UsageError('deploy: expected --release, or --from and --id, found both.', {
      hint: 'A release that is there is not built again.',
    });
  }
  const checkout = from === undefined ? codeRoot : resolve(source.cwd, from);
  requireCheckout(checkout, from);
  const wanted = id === undefined ? await defaultReleaseId(checkout) : freeId(home.paths.releases, id);
  const isThere = id === undefined && listReleases(home.paths).includes(wanted);
  const build = (): Promise<void> => buildIn(dependencies, { ...source, checkout, id: wanted });
  return {
    release: wanted,
    build: isThere ? undefined : build,
    description: `build ${join(home.paths.releases, wanted)} from ${checkout}`,
  };
}

async function buildIn(
  dependencies: Dependencies,
  { checkout, id, allowDirty, from }: Source & { readonly checkout: string; readonly id: string },
): Promise<void> {
  if (from === undefined) {
    await buildRelease(dependencies, { id, allowDirty, plan: false });
    return;
  }
  await buildElsewhere(dependencies, { checkout, id, allowDirty });
}

/** By the checkout's own command line: how a release is built belongs to what is released. */
async function buildElsewhere(
  dependencies: Dependencies,
  { checkout, id, allowDirty }: Pick<Source, 'allowDirty'> & { readonly checkout: string; readonly id: string },
): Promise<void> {
  const { report, home } = dependencies;
  report.step(`building ${id} from ${checkout}`);
  let last = '';
  const onLine = (line: string): void => {
    if (line.trim() === '' || line.startsWith('npm warn ')) return;
    last = line.replace(/^[·✔✖!] /, '');
    report.step(last);
  };
  const { code } = await runCommand({
    command: join(checkout, 'scripts', 'tenantry'),
    args: [
      ...['release', 'build', '--home', home.paths.home, '--id', id],
      ...(allowDirty ? ['--allow-dirty'] : []),
    ],
    ...{ cwd: checkout, timeoutMs: 30 * 60_000, env: environmentOf(dependencies), onLine },
  });
  if (code === exitCodes.done) return;
  const message = `release build in ${checkout}: exit ${code}: ${last}`;
  throw code === exitCodes.refused ? new BuildRefused(message) : new BuildFailed(message);
}

function environmentOf({ env }: Pick<Dependencies, 'env'>): Record<string, string> {
  const { PATH = commandEnvironment['PATH'] ?? '', HOME = '/' } = env;
  return { ...commandEnvironment, PATH, HOME };
}

function requireCheckout(dir: string, from: string | undefined): void {
  if (existsSync(join(dir, 'tsconfig.json'))) return;
  const option = from === undefined ? 'deploy' : `--from ${from}`;
  throw new UsageError(`${option}: expected a checkout to build from, found none at ${dir}.`, {
    hint: 'Name one with --from DIR, or a release of this home with --release ID.',
  });
}
