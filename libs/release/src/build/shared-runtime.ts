import { chmod, copyFile, mkdir, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { hashFile } from '../directory/file-list.js';
import type { RuntimeManifest } from '../manifest.js';
import { isMissing } from '../missing-file.js';
import { pinnedNode } from '../tenant-command.js';

const run = promisify(execFile);

/** Where the Node binaries of all releases are, each under its version and hash. */
export const runtimesFolder = '.runtimes';

/** Puts the checkout's Node beside the releases, unless it is there, and links it into one of them. */
export async function shareRuntime(
  checkout: string,
  { releases, folder }: { readonly releases: string; readonly folder: string },
): Promise<RuntimeManifest> {
  const node = await realpath(pinnedNode({ dir: checkout }));
  const { stdout } = await run(node, ['--version']);
  const version = stdout.trim().replace(/^v/, '');
  const sha256 = await hashFile(node);
  const name = `node-${version}-${sha256.slice(0, 12)}`;
  await install(node, join(releases, runtimesFolder, name));
  await mkdir(join(folder, 'node_modules', '.bin'), { recursive: true });
  await symlink(join('..', '..', '..', runtimesFolder, name, 'node'), join(folder, 'node_modules', '.bin', 'node'));
  return { name, version, sha256 };
}

/** Complete or not at all: a build that is cut off leaves a draft that nobody links to. */
async function install(node: string, folder: string): Promise<void> {
  if (await exists(join(folder, 'node'))) return;
  const draft = `${folder}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await copyFile(node, join(draft, 'node'));
  await chmod(join(draft, 'node'), 0o555);
  await rename(draft, folder).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true });
    // Another build was first.
    if (!(await exists(join(folder, 'node')))) throw error;
  });
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
