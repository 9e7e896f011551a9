import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleApplication, type BundleApplicationInput } from '../bundle/bundle-application.js';
import { warmBundle } from '../bundle/warm-bundle.js';
import { bundleFile, memoryFlags } from '../tenant-command.js';

const launcher = fileURLToPath(new URL('../bundle/launcher.cjs', import.meta.url));

/** An application in a folder as in that of a release's bundles: what its tenants begin with is `<app>.cjs`. */
export async function bundleWhole({
  folder,
  ...input
}: Omit<BundleApplicationInput, 'outFile'> & { readonly folder: string }): Promise<void> {
  const { app } = input;
  await bundleApplication({ ...input, outFile: join(folder, `${app}.app.cjs`) });
  await copyFile(launcher, bundleFile(folder, app));
  await warmBundle({ folder, app, node: process.execPath, flags: memoryFlags(undefined) });
}
