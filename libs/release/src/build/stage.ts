import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';

import { hashFile } from '../directory/file-list.js';
import { listFiles } from './source.js';

export interface StageInput {
  readonly checkout: string;
  readonly folder: string;
  readonly apps: readonly string[];
  readonly version: string;
}

/** Beside the files of the applications. */
const taken = ['LICENSE', 'bin', 'config'] as const;

/**
 * Copies into a new folder all that a release has of the checkout as it is: what git knows, so that a file which happens
 * to lie around is no part of it. Bundle, packages, runtime and manifest are added by others.
 */
export async function stage({ checkout, folder, apps, version }: StageInput): Promise<void> {
  const files = await listFiles(checkout, [...taken, ...apps.map((app) => `apps/${app}`)]);
  for (const path of files.filter((file) => !isSource(file))) {
    const from = join(checkout, path);
    await copy(from, join(folder, isAsset(path) ? await hashedName(from, path) : path));
  }
  // Node looks here for what kind of modules these are.
  const about = { name: 'release', version, private: true, type: 'module' };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(about, null, 2)}\n`);
  await symlink('../../tenants', join(folder, 'tenants'));
}

function isSource(path: string): boolean {
  return /^apps\/[^/]+\/src\//.test(path);
}

/** Deeper ones are found by names that others know. */
function isAsset(path: string): boolean {
  return /^apps\/[^/]+\/assets\/[^/]+$/.test(path);
}

/** `site.css` → `site.3f0c….css`: of a name that never means anything else, any release's file will do, for ever. */
async function hashedName(file: string, path: string): Promise<string> {
  const extension = extname(path);
  const hash = (await hashFile(file)).slice(0, 16);
  return join(dirname(path), `${basename(path, extension)}.${hash}${extension}`);
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}
