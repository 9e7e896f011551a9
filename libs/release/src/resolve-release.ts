import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';

import { SettingsError } from '#libs/settings';

import { isMissing } from './missing-file.js';
import type { Release } from './release.js';

export interface ResolveReleaseInput {
  readonly paths: { readonly current: string };
  /** The checkout that the command came from. */
  readonly codeRoot: string;
}

export class NothingCurrent extends SettingsError {
  override readonly code = 'NOTHING_CURRENT';
}

/**
 * The release that `current` points at, or the checkout while nothing was deployed. Follows links once, here.
 * Throws NothingCurrent (exit 78) where `current` points at nothing: a checkout that happens to be around is no stand-in
 * for a release that was deployed.
 */
export function resolveRelease({ paths, codeRoot }: ResolveReleaseInput): Release {
  const deployed = realPathOf(paths.current);
  return deployed === undefined
    ? { id: 'checkout', dir: realpathSync(codeRoot), kind: 'checkout' }
    : { id: basename(deployed), dir: deployed, kind: 'built' };
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
    throw new NothingCurrent(`${path}: points at ${readlinkSync(path)}, which is not there.`, {
      hint: 'Run `tenantry release list`, then `tenantry rollback` to one that is.',
      cause: error,
    });
  }
}
