import { appendFileSync, copyFileSync, cpSync, mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { bundleApplication } from '../../libs/release/src/bundle/bundle-application.js';
import { warmBundle } from '../../libs/release/src/bundle/warm-bundle.js';
import { memoryFlags } from '../../libs/release/src/tenant-command.js';
import { checkoutDir, pinnedNode } from './command-line.js';

const root = join(checkoutDir, 'dist', 'shared-release');
/** The web application as one file, with V8's cache of it, for the releases that tests make. */
export const sharedBundle = join(root, 'dist', 'bundle');
const launcher = join(checkoutDir, 'dist/libs/release/src/bundle/launcher.cjs');

/** What a release adds by `globalThis.added`, set before the bundle is run: see runnable-release.ts. */
const hooks = {
  'migrations/index.js': 'migrations.push(...(globalThis.added?.migrations ?? []));',
  'application.js':
    "import { z } from 'zod';\napplication.sections.push(...(globalThis.added?.sections(z) ?? []));",
};

/** Made once for each compilation: bundling takes as long as four starts of a tenant that is not bundled. */
export async function makeSharedBundle(): Promise<void> {
  if (changedAt(join(sharedBundle, 'web.cjs')) >= changedAt(join(checkoutDir, 'dist', '.tsbuildinfo')))
    return;
  rmSync(root, { recursive: true, force: true });
  mkdirSync(sharedBundle, { recursive: true });
  for (const path of ['package.json', 'dist/libs', 'dist/apps/web']) {
    cpSync(join(checkoutDir, path), join(root, path), { recursive: true });
  }
  symlinkSync(join(checkoutDir, 'node_modules'), join(root, 'node_modules'));
  for (const [file, text] of Object.entries(hooks)) {
    appendFileSync(join(root, 'dist/apps/web/src', file), `\n${text}\n`);
  }
  await bundleApplication({ checkout: root, app: 'web', outFile: join(sharedBundle, 'web.app.cjs') });
  copyFileSync(launcher, join(sharedBundle, 'web.cjs'));
  const flags = memoryFlags(undefined);
  await warmBundle({ folder: sharedBundle, app: 'web', node: pinnedNode, flags, scratch: undefined });
}

function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
