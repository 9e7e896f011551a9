import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';

import { FailedError, RefusedError } from '#libs/settings';

const run = promisify(execFile);

/** What a release is built from. */
export interface Source {
  readonly version: string;
  /** Of the commit; null where it has none. */
  readonly tag: string | null;
  /** Null outside git. */
  readonly commit: string | null;
  /** ISO 8601, UTC. */
  readonly committedAt: string | null;
  readonly isDirty: boolean;
}

export class DirtyCheckout extends RefusedError {
  override readonly code = 'DIRTY_CHECKOUT';
}

export class GitUnreadable extends FailedError {
  override readonly code = 'GIT_UNREADABLE';
}

/** Asks git about a checkout. */
export async function readSource(checkout: string): Promise<Source> {
  const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { version: string };
  const commit = await git(checkout, 'rev-parse', 'HEAD');
  if (commit === null && existsSync(join(checkout, '.git'))) throw unreadable(checkout);
  if (commit === null) return { version, tag: null, commit, committedAt: null, isDirty: false };
  const seconds = Number(await git(checkout, 'show', '--no-patch', '--format=%ct', 'HEAD'));
  const changes = await git(checkout, 'status', '--porcelain');
  return {
    ...{ version, commit, isDirty: changes !== '' },
    tag: await git(checkout, 'describe', '--tags', '--exact-match'),
    committedAt: new Date(seconds * 1000).toISOString(),
  };
}

/** Better no release than one that does not say what it was built from. */
function unreadable(checkout: string): GitUnreadable {
  return new GitUnreadable(`${checkout}: is a git checkout, and git says nothing about its commit.`, {
    hint: `Look at what \`git -C ${checkout} rev-parse HEAD\` says.`,
  });
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

/**
 * The version, where the commit is tagged with it; else when it was committed and what: `20261121-054100-1f3a9c2`. Of the
 * version also where there is no git.
 */
export function defaultId({ commit, committedAt, isDirty, tag, version }: Source): string {
  if (commit === null || committedAt === null) return version;
  if (!isDirty && (tag === version || tag === `v${version}`)) return version;
  const stamp = committedAt.replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${commit.slice(0, 7)}${isDirty ? '-dirty' : ''}`;
}

/** Files below these paths, sorted: those that git does not ignore; all of them outside git. */
export async function listFiles(checkout: string, paths: readonly string[]): Promise<string[]> {
  const known = await git(checkout, 'ls-files', '-z', '-co', '--exclude-standard', '--', ...paths);
  if (known !== null) {
    // One that was deleted is listed until that is committed.
    return [...new Set(known.split('\0'))].filter((file) => file !== '' && existsSync(join(checkout, file))).toSorted();
  }
  const found = await Promise.all(paths.map((path) => filesAt(checkout, path)));
  return found.flat().toSorted();
}

async function filesAt(checkout: string, path: string): Promise<string[]> {
  const entries = await readdir(join(checkout, path), { withFileTypes: true, recursive: true }).catch(() => []);
  if (entries.length === 0) return existsSync(join(checkout, path)) ? [path] : [];
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(checkout, join(entry.parentPath, entry.name)));
}

/** Null where git is missing, or the folder is no checkout of its own. */
async function git(checkout: string, ...words: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await run('git', ['-C', checkout, '--no-optional-locks', ...words], {
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout.trim();
  } catch {
    return null;
  }
}
