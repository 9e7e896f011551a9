import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { RefusedError } from '#libs/settings';

const run = promisify(execFile);

/** What a release is built from. */
export interface Source {
  readonly version: string;
  /** Null outside git. */
  readonly commit: string | null;
  /** ISO 8601, UTC. */
  readonly committedAt: string | null;
  readonly isDirty: boolean;
}

export class DirtyCheckout extends RefusedError {
  override readonly code = 'DIRTY_CHECKOUT';
}

/** Asks git about a checkout. */
export async function readSource(checkout: string): Promise<Source> {
  const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { version: string };
  const commit = await git(checkout, 'rev-parse', 'HEAD');
  if (commit === null) return { version, commit, committedAt: null, isDirty: false };
  const seconds = Number(await git(checkout, 'show', '--no-patch', '--format=%ct', 'HEAD'));
  const changes = await git(checkout, 'status', '--porcelain');
  return {
    ...{ version, commit, isDirty: changes !== '' },
    committedAt: new Date(seconds * 1000).toISOString(),
  };
}

/** Throws DirtyCheckout (exit 4): a release is to be what its commit says. */
export function requireClean(checkout: string, source: Source): void {
  if (!source.isDirty) return;
  throw new DirtyCheckout(`${checkout}: has changes that are not committed. Nothing was built.`, {
    hint: 'Commit them, or build with --allow-dirty.',
  });
}

/** The name that a release of this checkout has unless it is given another. */
export async function defaultReleaseId(checkout: string): Promise<string> {
  return defaultId(await readSource(checkout));
}

/** When it was committed and what: `20261121-054100-1f3a9c2`; of the version where there is no git. */
export function defaultId({ commit, committedAt, isDirty, version }: Source): string {
  if (commit === null || committedAt === null) return version;
  const stamp = committedAt.replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${commit.slice(0, 7)}${isDirty ? '-dirty' : ''}`;
}

/** Null where git is missing, or the folder is no checkout of its own. */
async function git(checkout: string, ...words: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await run('git', ['-C', checkout, '--no-optional-locks', ...words]);
    return stdout.trim();
  } catch {
    return null;
  }
}
