import { realpathSync } from 'node:fs';
import { basename } from 'node:path';

import { isMissing } from './missing-file.js';
import type { Release } from './release.js';

export interface ResolveReleaseInput {
  readonly paths: { readonly current: string };
  /** The checkout that the command came from. */
  readonly codeRoot: string;
}

/** The release that `current` points at, or the checkout while nothing was deployed. Follows links once, here. */
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
    if (isMissing(error)) return undefined;
    throw error;
  }
}
