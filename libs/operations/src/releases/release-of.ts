import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HomePaths, type LoadedSettings, SettingsError } from '#libs/settings';
import { type Release, UnknownRelease, openRelease } from '#libs/release';
import type { Dependencies } from '../dependencies.js';

/** Why a tenant runs another release than the others. */
export interface OwnRelease {
  readonly id: string;
  /** `pinned` by `release:` in its settings; `held` on the one it ran, by a deploy that failed for it. */
  readonly why: 'pinned' | 'held';
}

/** `state/held/<tenant>.json`: written by a deploy, removed by the next one that succeeds for the tenant. */
export interface Hold {
  readonly release: string;
  readonly run: string;
  readonly why: string;
}

export class PinnedToNothing extends SettingsError {
  override readonly code = 'PINNED_TO_NOTHING';
}

/**
 * The release that a tenant is to run, the one place that decides it: the one that its settings pin it to, else the one
 * that a deploy holds it back on, else `current` as it is now. Throws PinnedToNothing (exit 78) where that one is not there.
 */
export function releaseFor(
  dependencies: Pick<Dependencies, 'home' | 'currentRelease'>,
  loaded: Pick<LoadedSettings, 'tenant' | 'settings' | 'source'>,
): Release {
  const own = ownRelease(dependencies.home.paths, { tenant: loaded.tenant, pin: loaded.settings.release });
  if (own === undefined) return dependencies.currentRelease();
  const source = own.why === 'pinned' ? loaded.source('release') : undefined;
  return openOwnRelease(dependencies.home.paths, { tenant: loaded.tenant, own, source });
}

/** Undefined for a tenant that follows `current`. */
export function ownRelease(
  paths: Pick<HomePaths, 'state'>,
  { tenant, pin }: { readonly tenant: string; readonly pin: string | undefined },
): OwnRelease | undefined {
  if (pin !== undefined) return { id: pin, why: 'pinned' };
  const held = readHold(paths, tenant)?.release;
  return held === undefined ? undefined : { id: held, why: 'held' };
}

/** Where holds are kept. */
export function holdFile({ state }: Pick<HomePaths, 'state'>, tenant: string): string {
  return join(state, 'held', `${tenant}.json`);
}

export function readHold(paths: Pick<HomePaths, 'state'>, tenant: string): Hold | undefined {
  try {
    return JSON.parse(readFileSync(holdFile(paths, tenant), 'utf8')) as Hold;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export interface OwnReleaseOf {
  readonly tenant: string;
  readonly own: OwnRelease;
  /** Where it is pinned. */
  readonly source: { readonly file: string; readonly line: number | undefined } | undefined;
}

/** The release that a tenant has to itself. Throws PinnedToNothing (exit 78). */
export function openOwnRelease(
  paths: Pick<HomePaths, 'releases' | 'current'>,
  { tenant, own: { id, why }, source }: OwnReleaseOf,
): Release {
  try {
    return openRelease(paths, id);
  } catch (error) {
    if (!(error instanceof UnknownRelease)) throw error;
    const where = source ? `${source.file}${source.line ? `:${source.line}` : ''}: release` : `${tenant}: ${why}`;
    throw new PinnedToNothing(`${where}: expected a release of this home, found ${JSON.stringify(id)}.`, {
      ...{ tenant, file: source?.file, line: source?.line, cause: error },
      hint: error.hint,
    });
  }
}
