import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { type HomePaths, isReleaseId } from '#libs/settings';

import { bundlePrograms } from '../bundle/bundle-programs.js';
import type { ScratchTenant } from '../bundle/warm-bundle.js';
import { warmBundles, writeBundle } from '../build-bundle.js';
import { listApplications } from '../load-application.js';
import type { ReleaseManifest } from '../manifest.js';
import type { Release } from '../release.js';
import { pinnedNode } from '../tenant-command.js';
import { describeApplications, describeFiles } from './describe-release.js';
import { InvalidReleaseId, ReleaseExists } from './errors.js';
import { protectFiles, staged } from './staging.js';
import { shareNode, sharePostgres } from './shared-runtime.js';
import { smokeBoot } from './smoke-boot.js';
import { defaultId, readSource, requireClean, type Source } from './source.js';
import { stage } from './stage.js';
import { copyUnbundled, unbundledPackages } from './unbundled-packages.js';

export interface BuildReleaseInput {
  /** Compiled. */
  readonly checkout: string;
  readonly paths: Pick<HomePaths, 'releases'>;
  /** Default: the commit's version, or its time and name. */
  readonly id?: string | undefined;
  readonly allowDirty?: boolean;
  /** Makes one tenant for each application of the staged release, hands them to `work`, and removes them. */
  withScratchTenants(
    staged: Release,
    work: (tenants: readonly ScratchTenant[]) => Promise<void>,
  ): Promise<void>;
  readonly report: (line: string) => void;
}

/**
 * Builds `releases/<id>`. It has its name only when it is complete and each application has booted from it; whatever is
 * cut off before leaves a folder that the next build removes. The caller holds the lock on releases.
 * @throws DirtyCheckout (4), ReleaseExists (4), InvalidReleaseId (2), NotBundled (1), NotWarmed (1), SmokeBootFailed (1), DiskFull (1).
 */
export async function buildRelease(input: BuildReleaseInput): Promise<ReleaseManifest> {
  const { checkout, paths } = input;
  const source = await readSource(checkout);
  if (input.allowDirty !== true) requireClean(checkout, source);
  const id = freeId(paths.releases, input.id ?? defaultId(source));
  return staged(paths.releases, id, (folder) => fill(input, { id, folder, source }));
}

/** @throws InvalidReleaseId (2), ReleaseExists (4). */
export function freeId(releases: string, id: string): string {
  if (!isReleaseId(id)) {
    throw new InvalidReleaseId(
      `--id: expected letters, digits, ".", "_", "+" and "-", found ${JSON.stringify(id)}.`,
      { hint: 'Example: --id 1.2.0.' },
    );
  }
  if (!existsSync(join(releases, id))) return id;
  throw new ReleaseExists(`release ${id}: is there already, and releases are never changed.`, {
    hint: `Give the new one another name with --id, or take this one: tenantry deploy --release ${id}`,
  });
}

interface Filling {
  readonly id: string;
  readonly folder: string;
  readonly source: Source;
}

async function fill(input: BuildReleaseInput, filling: Filling): Promise<ReleaseManifest> {
  const { checkout, paths, report } = input;
  const { id, folder, source } = filling;
  const ownCheckout: Release = { id: 'checkout', dir: checkout, kind: 'checkout' };
  // Of an application that was removed, the compiler leaves the output behind.
  const apps = listApplications(ownCheckout).filter((app) => existsSync(join(checkout, 'apps', app)));
  report('copying files');
  await stage({ checkout, folder, apps, version: source.version });
  await copyUnbundled(checkout, folder);
  const shared = { checkout, releases: paths.releases, folder };
  const [runtime, postgres] = [await shareNode(shared), await sharePostgres(shared)];
  await bundleInto(folder, { checkout, apps, report });
  const described = await describeApplications(ownCheckout, { folder, apps });
  const { commit, committedAt, isDirty } = source;
  const about = { format: 1, id, commit, isDirty, committedAt, runtime, postgres, ...described } as const;
  return proved(input, folder, { apps, about });
}

async function bundleInto(
  folder: string,
  input: Pick<BuildReleaseInput, 'checkout' | 'report'> & { readonly apps: readonly string[] },
): Promise<void> {
  const { checkout } = input;
  const draft = join(checkout, 'dist', `.bundle-${process.pid}`);
  try {
    await writeBundle(draft, { ...input, unbundled: unbundledPackages(checkout) });
    await mkdir(join(folder, 'dist'), { recursive: true });
    await cp(draft, join(folder, 'dist', 'bundle'), { recursive: true });
    await bundlePrograms({ checkout, release: folder });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Writes the manifest and hands the release out when everything in it has run. */
async function proved(
  { withScratchTenants, report }: BuildReleaseInput,
  folder: string,
  { apps, about }: { readonly apps: readonly string[]; readonly about: Omit<ReleaseManifest, 'files' | 'caches'> },
): Promise<ReleaseManifest> {
  const made: ReleaseManifest[] = [];
  await withScratchTenants({ id: about.id, dir: folder, kind: 'built' }, async (scratch) => {
    const node = pinnedNode({ dir: folder });
    await warmBundles(join(folder, 'dist', 'bundle'), { apps, node, scratch, report });
    await protectFiles(folder);
    const manifest = { ...about, ...(await describeFiles(folder)) };
    await writeFile(join(folder, 'release.json'), `${JSON.stringify(manifest, null, 1)}\n`, { mode: 0o444, flush: true });
    report('booting from the release');
    await smokeBoot(folder, scratch);
    made.push(manifest);
  });
  const [manifest] = made;
  if (manifest === undefined) throw new TypeError('nothing was proved');
  return manifest;
}
