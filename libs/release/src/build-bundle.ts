import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundleApplication } from './bundle/bundle-application.js';
import { bundleOperator } from './bundle/bundle-operator.js';
import { type ScratchTenant, warmBundle } from './bundle/warm-bundle.js';
import { warmOperator } from './bundle/warm-operator.js';
import { listApplications } from './load-application.js';
import { isMissing } from './missing-file.js';
import { bundleFile, memoryFlags, pinnedNode } from './tenant-command.js';

export interface BuildBundleInput {
  /** A checkout whose TypeScript is compiled to `dist/`. */
  readonly checkout: string;
  /** Names of folders below `apps/`; default: every application. */
  readonly apps?: readonly string[] | undefined;
  /** Tenants to boot once, so that the code cache holds all that a start needs. */
  readonly scratch?: readonly ScratchTenant[] | undefined;
  readonly report: (line: string) => void;
}

const launcher = fileURLToPath(new URL('bundle/launcher.cjs', import.meta.url));

/**
 * Writes `dist/bundle`: for each application one file with all that its tenant processes load, and that file as V8
 * compiled it; in `operator/` the command line, likewise. Takes the place of an earlier bundle in one step; when it fails, the earlier one stays.
 */
export async function buildBundle(input: BuildBundleInput): Promise<void> {
  const { checkout, scratch, report } = input;
  const apps = input.apps ?? listApplications({ id: 'checkout', dir: checkout, kind: 'checkout' });
  const folder = join(checkout, 'dist', 'bundle');
  const draft = `${folder}.${process.pid}`;
  try {
    await writeBundle(draft, { checkout, apps, report });
    await warmBundles(draft, { apps, node: pinnedNode({ dir: checkout }), scratch, report });
    await replaceFolder(folder, draft);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

export interface WriteBundle {
  readonly checkout: string;
  readonly apps: readonly string[];
  /** Packages that are left in node_modules, as they hold more than JavaScript. */
  readonly unbundled?: readonly string[] | undefined;
  readonly report: (line: string) => void;
}

/**
 * The bundle without its caches. `folder` is one of the checkout's `dist/`, so that what is inside refers to sources by
 * the same paths wherever the checkout is.
 */
export async function writeBundle(folder: string, input: WriteBundle): Promise<void> {
  const { checkout, apps, unbundled = [], report } = input;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const app of apps) {
    report(`bundling ${app}`);
    await bundleApplication({ checkout, app, unbundled, outFile: join(folder, `${app}.app.cjs`) });
    await copyFile(launcher, bundleFile(folder, app));
  }
  report('bundling the command line');
  await bundleOperator({ checkout, apps, unbundled, outDir: join(folder, 'operator') });
}

export interface WarmBundles extends Pick<BuildBundleInput, 'scratch' | 'report'> {
  readonly apps: readonly string[];
  /** That will run it: a cache serves no other version. */
  readonly node: string;
}

/** Adds to a bundle what V8 compiled of it, by running it once. */
export async function warmBundles(folder: string, input: WarmBundles): Promise<void> {
  const { apps, node, scratch, report } = input;
  for (const app of apps) {
    report(`compiling ${app}`);
    const tenant = scratch?.find((each) => each.app === app);
    await warmBundle({ folder, app, node, flags: memoryFlags(undefined), scratch: tenant });
  }
  report('compiling the command line');
  await warmOperator({ folder: join(folder, 'operator'), node });
}

/** rename(2) replaces no folder that has something in it, so the earlier one steps aside first. */
async function replaceFolder(folder: string, draft: string): Promise<void> {
  const earlier = `${folder}.${process.pid}.earlier`;
  await rename(folder, earlier).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
  await rename(draft, folder);
  await rm(earlier, { recursive: true, force: true });
}
