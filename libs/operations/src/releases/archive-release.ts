import { join, resolve } from 'node:path';
import {
  currentRelease,
  installRelease as install,
  listReleases,
  openRelease,
  readArchivedManifest,
  readManifest,
  recordRelease,
  writeArchive,
} from '#libs/release';
import type { Dependencies } from '../dependencies.js';
import { withLock } from '../lock.js';
import { appendToRuns, newRunId } from '../timeline.js';
import { checkRelease } from './list-releases.js';
import { releasesLock } from './releases-lock.js';

export interface Archived {
  readonly data: {
    readonly release: string;
    readonly file: string;
    readonly sha256: string | null;
    readonly bytes: number | null;
  };
  readonly text: string;
}

export interface ArchiveRequest {
  readonly release: string;
  /** Default: `<id>.tar.zst`. */
  readonly file?: string | undefined;
  readonly cwd: string;
  readonly plan: boolean;
}

/**
 * Packs a release of the home into one file, for `release install` on another host. Throws UnknownRelease (2), and
 * ReleaseDamaged (1) for one that is not as it was built.
 */
export async function archiveRelease(dependencies: Dependencies, request: ArchiveRequest): Promise<Archived> {
  const { release, cwd } = request;
  const file = resolve(cwd, request.file ?? `${release}.tar.zst`);
  const { dir } = openRelease(dependencies.home.paths, release);
  if (request.plan) {
    const data = { release, file, sha256: null, bytes: null };
    return { data, text: `Would pack release ${release} into ${file}.` };
  }
  await checkRelease(dependencies, release);
  dependencies.report.step(`packing ${file}`);
  const { sha256, bytes } = await writeArchive(dir, readManifest(dir), file);
  const megabytes = Math.ceil(bytes / 1024 / 1024);
  const text = [
    `Packed release ${release} into ${file} (${megabytes} MB).`,
    `On the other host: tenantry release install ${file} --sha256 ${sha256}`,
  ].join('\n');
  return { data: { release, file, sha256, bytes }, text };
}

export interface InstallRequest {
  readonly file: string;
  readonly sha256?: string | undefined;
  readonly cwd: string;
  readonly plan: boolean;
}

export interface Installed {
  readonly data: { readonly run: string | null; readonly release: string; readonly dir: string; readonly isNew: boolean };
  readonly text: string;
}

/** Unpacks and verifies an archive; nothing runs from it yet. Throws what `installRelease` of libs/release does. */
export async function installRelease(dependencies: Dependencies, request: InstallRequest): Promise<Installed> {
  const { command, now, report } = dependencies;
  const { paths } = dependencies.home;
  const file = resolve(request.cwd, request.file);
  if (request.plan) return planInstall(dependencies, file);
  report.step(`unpacking and verifying ${file}`);
  const { manifest, isNew } = await withLock(releasesLock(dependencies), () => install({ file, paths, sha256: request.sha256 }));
  const { id: release } = manifest;
  const dir = join(paths.releases, release);
  if (!isNew) {
    await checkRelease(dependencies, release);
    const data = { run: null, release, dir, isNew };
    return { data, text: `Release ${release} is there already, as it is in the archive.` };
  }
  const run = newRunId(now());
  const at = now().toISOString();
  recordRelease(paths, { at, run, event: 'installed', release });
  appendToRuns(paths, { at, run, command, event: 'release installed', release });
  const next = currentRelease(paths) === undefined ? '' : ' Tenants stay on theirs.';
  const text = `Release ${release} is installed and verified: ${dir}\nRun ${run}.${next} To deploy it: tenantry deploy --release ${release}`;
  return { data: { run, release, dir, isNew }, text };
}

/** As far as the archive's beginning tells. */
async function planInstall({ home: { paths } }: Dependencies, file: string): Promise<Installed> {
  const { id: release } = (await readArchivedManifest(file)).manifest;
  const dir = join(paths.releases, release);
  const isNew = !listReleases(paths).includes(release);
  const text = isNew ? `Would verify ${file} and unpack it into ${dir}.` : `Would compare ${file} with ${dir}, which is there.`;
  return { data: { run: null, release, dir, isNew }, text };
}
