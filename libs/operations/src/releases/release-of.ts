import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HomePaths, type LoadedSettings, type Pin, SettingsError } from '#libs/settings';
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

export class NoSuchOwnRelease extends SettingsError {
  override readonly code = 'NO_SUCH_OWN_RELEASE';
}

/**
 * The release that a tenant is to run, the one place that decides it: the one that its settings pin it to, else the one
 * that a deploy holds it back on, else `current` as it is now. Throws NoSuchOwnRelease (exit 78) where that is not there.
 */
export function releaseFor(
  dependencies: Pick<Dependencies, 'home' | 'currentRelease'>,
  loaded: Pick<LoadedSettings, 'tenant' | 'settings' | 'source'>,
): Release {
  return releasesFor(dependencies)(loaded);
}

/** The same for many tenants: looks once at `current`, and once for who is held. */
export function releasesFor({
  home: { paths },
  currentRelease,
}: Pick<Dependencies, 'home' | 'currentRelease'>): (
  loaded: Pick<LoadedSettings, 'tenant' | 'settings' | 'source'>,
) => Release {
  const held = heldTenants(paths);
  let current: Release | undefined;
  return (loaded) => {
    const pin = pinOf(loaded);
    const mayHaveOwn = pin !== undefined || held.has(loaded.tenant);
    const own = mayHaveOwn ? openOwnRelease(paths, loaded.tenant, pin) : undefined;
    return own ?? (current ??= currentRelease());
  };
}

/** The same for many tenants: looks once for who is held. */
export function ownReleasesOf({
  home: { paths },
}: Pick<Dependencies, 'home'>): (
  loaded: Pick<LoadedSettings, 'tenant' | 'settings' | 'source'>,
) => OwnRelease | undefined {
  const held = heldTenants(paths);
  return (loaded) => {
    const pin = pinOf(loaded);
    return pin !== undefined || held.has(loaded.tenant) ? ownRelease(paths, loaded.tenant, pin) : undefined;
  };
}

/** `1.1.0 (pinned)`; `1.2.0 (pinned to 1.1.0)` of a process that was started before. */
export function releaseText({ release, ownRelease: own }: { release: string | null; ownRelease: OwnRelease | null }): string {
  if (own === null) return release ?? '-';
  return own.id === release ? `${own.id} (${own.why})` : `${release ?? '-'} (${own.why} to ${own.id})`;
}

/** Undefined for a tenant that follows `current`. */
export function ownReleaseOf(
  { home }: Pick<Dependencies, 'home'>,
  loaded: Pick<LoadedSettings, 'tenant' | 'settings' | 'source'>,
): OwnRelease | undefined {
  return ownRelease(home.paths, loaded.tenant, pinOf(loaded));
}

function pinOf(loaded: Pick<LoadedSettings, 'settings' | 'source'>): Pin | undefined {
  const id = loaded.settings.release;
  return id === undefined ? undefined : { file: '', line: undefined, ...loaded.source('release'), id };
}

function ownRelease(
  paths: Pick<HomePaths, 'state'>,
  tenant: string,
  pin: Pin | undefined,
): OwnRelease | undefined {
  if (pin !== undefined) return { id: pin.id, why: 'pinned' };
  const held = readHold(paths, tenant)?.release;
  return held === undefined ? undefined : { id: held, why: 'held' };
}

/** The release that a tenant has to itself, if any. Throws NoSuchOwnRelease (exit 78). */
export function openOwnRelease(
  paths: Pick<HomePaths, 'releases' | 'state'>,
  tenant: string,
  pin: Pin | undefined,
): Release | undefined {
  const own = ownRelease(paths, tenant, pin);
  if (own === undefined) return undefined;
  try {
    return openRelease(paths, own.id);
  } catch (error) {
    if (!(error instanceof UnknownRelease)) throw error;
    const { file, line } = (own.why === 'pinned' ? pin : undefined) ?? { file: holdFile(paths, tenant), line: undefined };
    const where = line === undefined ? file : `${file}:${line}`;
    throw new NoSuchOwnRelease(`${where}: release: expected a release of this home, found "${own.id}".`, {
      ...{ tenant, file, line, cause: error, hint: error.hint },
    });
  }
}

/** Where a hold is kept. */
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

/** Names of the tenants that a deploy holds back. */
export function heldTenants({ state }: Pick<HomePaths, 'state'>): ReadonlySet<string> {
  const files = existsSync(join(state, 'held')) ? readdirSync(join(state, 'held')) : [];
  return new Set(files.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length)));
}
