import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { HomePaths } from '#libs/settings';

import { ReleaseExists } from '../build/errors.js';
import { nodeLink, runtimesFolder } from '../build/shared-runtime.js';
import { protectFiles, staged } from '../build/staging.js';
import { hashFile } from '../directory/file-list.js';
import { verifyDirectory } from '../directory/verify.js';
import type { ReleaseManifest } from '../manifest.js';
import { damaged, ForeignRelease } from './errors.js';
import { type ArchivedManifest, readArchivedManifest, unpack } from './unpack.js';

export interface InstallInput {
  readonly file: string;
  readonly paths: Pick<HomePaths, 'releases'>;
  /** Of the file, as whoever made it says. */
  readonly sha256?: string | undefined;
}

export interface Installed {
  readonly manifest: ReleaseManifest;
  /** False where the very same release was there. */
  readonly isNew: boolean;
}

/**
 * Unpacks an archive into `releases/<id>`. The release has its name only when every file in it is as its manifest says
 * and its Node runs here; what is cut off before leaves a folder that the next one removes. The caller holds the lock on
 * releases.
 * @throws NoArchive (2), DamagedArchive (1), UnsafeArchive (4), ReleaseExists (4), ForeignRelease (1), DiskFull (1).
 */
export async function installRelease({ file, paths, sha256 }: InstallInput): Promise<Installed> {
  const archived = await readArchivedManifest(file);
  if (sha256 !== undefined && (await hashFile(file)) !== sha256.toLowerCase()) {
    throw damaged(file, `its SHA-256 is not ${sha256}`);
  }
  const { manifest } = archived;
  const { id } = manifest;
  if (existsSync(join(paths.releases, id))) {
    await requireSame(paths.releases, archived);
    return { manifest, isNew: false };
  }
  await staged(paths.releases, id, (folder) => fill(file, archived, { folder, releases: paths.releases }));
  return { manifest, isNew: true };
}

interface Places {
  readonly folder: string;
  readonly releases: string;
}

async function fill(file: string, { text, manifest }: ArchivedManifest, places: Places): Promise<void> {
  const { folder } = places;
  await unpack(file, manifest, folder);
  await protectFiles(folder);
  const added = await shareRuntimes(places);
  try {
    await writeFile(join(folder, 'release.json'), text, { mode: 0o444, flush: true });
    const { changed, missing, extra } = await verifyDirectory(folder, manifest);
    const [wrong] = [...changed, ...missing, ...extra];
    if (wrong !== undefined) throw damaged(file, `${wrong} is not as its release.json says`);
    await requireRuns(folder, manifest);
  } catch (error) {
    for (const runtime of added) await rm(runtime, { recursive: true, force: true });
    throw error;
  }
}

/** Moves runtimes beside the releases, and answers which were not there. */
async function shareRuntimes({ folder, releases }: Places): Promise<string[]> {
  const unpacked = join(folder, runtimesFolder);
  const added: string[] = [];
  await mkdir(join(releases, runtimesFolder), { recursive: true });
  for (const name of await readdir(unpacked).catch(() => [])) {
    const to = join(releases, runtimesFolder, name);
    if (existsSync(to)) continue;
    await rename(join(unpacked, name), to);
    added.push(to);
  }
  await rm(unpacked, { recursive: true, force: true });
  return added;
}

async function requireSame(releases: string, { text, manifest }: ArchivedManifest): Promise<void> {
  const there = await readFile(join(releases, manifest.id, 'release.json')).catch(() => Buffer.alloc(0));
  if (there.equals(text)) return;
  throw new ReleaseExists(
    `release ${manifest.id}: is there already, and is another one. Nothing was installed.`,
    {
      hint: 'Build it again under another id.',
    },
  );
}

/** A release is built for one kind of machine. */
async function requireRuns(folder: string, { id, runtime }: ReleaseManifest): Promise<void> {
  try {
    const { stdout } = await promisify(execFile)(join(folder, nodeLink), ['--version'], { timeout: 30_000 });
    if (stdout.trim() === `v${runtime.version}`) return;
  } catch (error) {
    throw foreign(id, error);
  }
  throw foreign(id, undefined);
}

function foreign(id: string, cause: unknown): ForeignRelease {
  return new ForeignRelease(`release ${id}: its Node does not run here. Nothing was installed.`, {
    hint: 'Build the release on a machine of the same kind and system.',
    cause,
  });
}
