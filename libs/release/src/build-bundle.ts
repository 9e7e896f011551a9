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
  const node = pinnedNode({ dir: checkout });
  await rm(draft, { recursive: true, force: true });
  try {
    await mkdir(draft, { recursive: true });
    for (const app of apps) {
      await addApplication(draft, {
        ...{ checkout, app, node, report },
        scratch: scratch?.find((tenant) => tenant.app === app),
      });
    }
    report('bundling the command line');
    await addOperator(draft, { checkout, apps, node });
    await replaceFolder(folder, draft);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

interface AddApplication extends Pick<BuildBundleInput, 'checkout' | 'report'> {
  readonly app: string;
  readonly node: string;
  readonly scratch: ScratchTenant | undefined;
}

async function addApplication(draft: string, input: AddApplication): Promise<void> {
  const { checkout, app, node, scratch, report } = input;
  report(`bundling ${app}`);
  await bundleApplication({ checkout, app, outFile: join(draft, `${app}.app.cjs`) });
  await copyFile(launcher, bundleFile(draft, app));
  report(`compiling ${app}`);
  await warmBundle({ folder: draft, app, node, flags: memoryFlags(undefined), scratch });
}

async function addOperator(
  draft: string,
  input: { readonly checkout: string; readonly apps: readonly string[]; readonly node: string },
): Promise<void> {
  const outDir = join(draft, 'operator');
  await bundleOperator({ checkout: input.checkout, apps: input.apps, outDir });
  await warmOperator({ folder: outDir, node: input.node });
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
