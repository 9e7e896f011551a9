import { createWriteStream } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { isReleaseId } from '#libs/settings';

import { nodeLink, postgresPackage, runtimesFolder } from '../build/shared-runtime.js';
import type { FileManifest, ReleaseManifest, RuntimeManifest } from '../manifest.js';
import { damaged, UnsafeArchive } from './errors.js';
import { type ReadEntry, readArchive } from './read-archive.js';

/** `release.json` as it is in the archive, and what it says. */
export interface ArchivedManifest {
  readonly text: Buffer;
  readonly manifest: ReleaseManifest;
}

const mostManifestBytes = 64 * 1024 * 1024;

/** Throws DamagedArchive (1), UnsafeArchive (4) where it does not say what a release is. */
export async function readArchivedManifest(file: string): Promise<ArchivedManifest> {
  for await (const entry of readArchive(file)) {
    if (entry.path !== 'release.json' || entry.link !== undefined || entry.size > mostManifestBytes) break;
    const parts: Buffer[] = [];
    for await (const part of entry.content()) parts.push(part);
    const text = Buffer.concat(parts);
    return { text, manifest: parseManifest(file, text) };
  }
  throw damaged(file, 'it does not begin with release.json');
}

/**
 * Unpacks all but the manifest: only what the manifest lists, each once, and nothing through a link.
 * @throws DamagedArchive (1), UnsafeArchive (4).
 */
export async function unpack(file: string, manifest: ReleaseManifest, folder: string): Promise<void> {
  const isExpected = expectations(manifest);
  const links = new Set<string>();
  const done = new Set(['release.json']);
  for await (const entry of readArchive(file)) {
    const { path, link } = entry;
    if (path === 'release.json') {
      for await (const _ of entry.content());
      continue;
    }
    if (!isSafe(path) || done.has(path) || parents(path).some((parent) => links.has(parent)))
      throw unsafe(file, path);
    if (!isExpected(path)) throw unsafe(file, path);
    if (link !== undefined && !isSafeLink(path, link, manifest)) throw unsafe(file, `${path} -> ${link}`);
    done.add(path);
    if (link !== undefined) links.add(path);
    await place(entry, join(folder, path));
  }
}

async function place(entry: ReadEntry, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  if (entry.link !== undefined) return symlink(entry.link, to);
  const mode = (entry.mode & 0o111) === 0 ? 0o644 : 0o755;
  await pipeline(Readable.from(entry.content()), createWriteStream(to, { flags: 'wx', mode }));
}

function expectations({ files, caches, runtime, postgres }: ReleaseManifest): (path: string) => boolean {
  const own = new Set([...files, ...caches].map(({ path }) => path));
  const shared = [runtime, postgres].flatMap((each) => (each ? [`${runtimesFolder}/${each.name}/`] : []));
  return (path) => own.has(path) || shared.some((folder) => path.startsWith(folder));
}

/** Below the folder, and spelt in no other way. */
function isSafe(path: string): boolean {
  return (
    path !== '' &&
    !/[\0\\]/.test(path) &&
    !posix.isAbsolute(path) &&
    posix.normalize(path) === path &&
    !/^\.\.(\/|$)/.test(path)
  );
}

/** Inside the release, but for the three that every release has. */
function isSafeLink(path: string, link: string, { runtime, postgres }: ReleaseManifest): boolean {
  if (path === 'tenants') return link === '../../tenants';
  if (path === nodeLink) return link === `../../../${runtimesFolder}/${runtime.name}/node`;
  if (path === postgresPackage) return link === `../../../${runtimesFolder}/${postgres?.name}`;
  return !posix.isAbsolute(link) && isSafe(posix.normalize(posix.join(posix.dirname(path), link)));
}

function parents(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

function parseManifest(file: string, text: Buffer): ReleaseManifest {
  try {
    const manifest = JSON.parse(text.toString('utf8')) as ReleaseManifest;
    const { format, id, files, caches, runtime, postgres } = manifest;
    const isOurs = format === 1 && isReleaseId(id) && [...files, ...caches].every(isFile);
    if (isOurs && isRuntime(runtime) && (postgres === null || isRuntime(postgres))) return manifest;
  } catch (error) {
    throw damaged(file, 'its release.json cannot be read', error);
  }
  throw damaged(file, 'its release.json is not of a known form');
}

function isFile({ path, sha256 }: FileManifest): boolean {
  return typeof path === 'string' && /^[0-9a-f]{64}$/.test(sha256);
}

function isRuntime({ name, sha256 }: RuntimeManifest): boolean {
  return /^[a-z][\w.+-]*$/.test(name) && /^[0-9a-f]{64}$/.test(sha256);
}

function unsafe(file: string, what: string): UnsafeArchive {
  return new UnsafeArchive(
    `${file}: holds ${JSON.stringify(what)}, which is no part of the release. Nothing was installed.`,
    {
      hint: 'Use an archive that `tenantry release build --archive` made.',
    },
  );
}
