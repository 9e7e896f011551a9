import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { type HomePaths, isReleaseId, overlayJsonSchema, RefusedError, UsageError } from '#libs/settings';

import { buildBundle } from '../build-bundle.js';
import type { ScratchTenant } from '../bundle/warm-bundle.js';
import { hashFiles, isCache } from '../directory/file-list.js';
import { listApplications, loadApplication } from '../load-application.js';
import type { ApplicationManifest, ReleaseManifest } from '../manifest.js';
import type { Release } from '../release.js';
import { describeMigration } from './describe-migration.js';
import { shareRuntime } from './shared-runtime.js';
import { defaultId, readSource, requireClean, type Source } from './source.js';
import { stage } from './stage.js';

export interface BuildReleaseInput {
  /** Compiled. */
  readonly checkout: string;
  readonly paths: Pick<HomePaths, 'releases'>;
  /** Default: the commit's time and name. */
  readonly id?: string | undefined;
  readonly allowDirty?: boolean;
  /** Makes one tenant for each application of the staged release, hands them to `work`, and removes them. */
  withScratchTenants(
    staged: Release,
    work: (tenants: readonly ScratchTenant[]) => Promise<void>,
  ): Promise<void>;
  readonly report: (line: string) => void;
}

export class ReleaseExists extends RefusedError {
  override readonly code = 'RELEASE_EXISTS';
}

export class InvalidReleaseId extends UsageError {
  override readonly code = 'INVALID_RELEASE_ID';
}

/**
 * Builds `releases/<id>`. It has its name only when it is complete and each application has booted from it once;
 * whatever is cut off before leaves a draft, which the next build removes.
 * @throws DirtyCheckout (4), ReleaseExists (4), InvalidReleaseId (2), NotBundled (1), NotWarmed (1).
 */
export async function buildRelease(input: BuildReleaseInput): Promise<ReleaseManifest> {
  const { checkout, paths, report } = input;
  const source = await readSource(checkout);
  if (input.allowDirty !== true) requireClean(checkout, source);
  const id = freeId(input, source);
  const draft = join(paths.releases, `.staging-${process.pid}`);
  await removeDrafts(paths.releases);
  try {
    report('copying code and packages');
    await mkdir(paths.releases, { recursive: true });
    await stage(checkout, draft);
    const runtime = await shareRuntime(checkout, { releases: paths.releases, folder: draft });
    const staged: Release = { id, dir: draft, kind: 'built' };
    await input.withScratchTenants(staged, (scratch) => buildBundle({ checkout: draft, scratch, report }));
    report('writing release.json');
    const manifest = { ...(await describe(staged, source)), runtime };
    await finish(draft, manifest);
    await rename(draft, join(paths.releases, id));
    return manifest;
  } finally {
    await removeTree(draft);
  }
}

function freeId({ id: wanted, paths }: BuildReleaseInput, source: Source): string {
  const id = wanted ?? defaultId(source);
  if (!isReleaseId(id)) {
    throw new InvalidReleaseId(`--id: expected letters, digits, ".", "_" and "-", found ${JSON.stringify(id)}.`, {
      hint: 'Example: --id 1.2.0.',
    });
  }
  if (!existsSync(join(paths.releases, id))) return id;
  throw new ReleaseExists(`release ${id}: is there already, and releases are never changed.`, {
    hint: 'Give the new one another name with --id.',
  });
}

async function describe(staged: Release, source: Source): Promise<Omit<ReleaseManifest, 'runtime'>> {
  const applications: ApplicationManifest[] = [];
  const schemas: string[] = [];
  for (const name of listApplications(staged)) {
    const application = await loadApplication(staged, name);
    applications.push({ name, migrations: application.migrations.map(describeMigration) });
    schemas.push(JSON.stringify(overlayJsonSchema(application)));
  }
  const files = await hashFiles(staged.dir);
  return {
    ...{ format: 1, id: staged.id, commit: source.commit, isDirty: source.isDirty },
    ...{ committedAt: source.committedAt, applications },
    settingsSchema: createHash('sha256').update(schemas.join('\n')).digest('hex'),
    files: files.filter(({ path }) => !isCache(path)),
    caches: files.filter(({ path }) => isCache(path)),
  };
}

async function finish(draft: string, manifest: ReleaseManifest): Promise<void> {
  await writeFile(join(draft, 'release.json'), `${JSON.stringify(manifest, null, 1)}\n`, { flush: true });
  await forEachBelow(draft, async (path, isFolder) => {
    const { mode } = await lstat(path);
    await chmod(path, isFolder ? 0o755 : mode & 0o111 ? 0o555 : 0o444);
  });
}

/** Of builds that were cut off; one that still runs keeps its own. */
async function removeDrafts(releases: string): Promise<void> {
  if (!existsSync(releases)) return;
  for (const name of await readdir(releases)) {
    const pid = Number(/^\.staging-(\d+)$/.exec(name)?.[1]);
    if (Number.isInteger(pid) && !existsSync(`/proc/${pid}`)) await removeTree(join(releases, name));
  }
}

async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** Files and folders, links left out. */
async function forEachBelow(
  folder: string,
  act: (path: string, isFolder: boolean) => Promise<void>,
): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await forEachBelow(path, act);
    if (entry.isDirectory() || entry.isFile()) await act(path, entry.isDirectory());
  }
}
