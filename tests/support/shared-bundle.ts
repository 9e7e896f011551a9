import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutDir, pinnedNode } from './command-line.js';

const root = join(checkoutDir, 'dist', 'shared-release');
/** The web application as one file, with V8's cache of it, for the releases that tests make. */
export const sharedBundle = join(root, 'dist', 'bundle');
const program = join(checkoutDir, 'dist/libs/release/src/testing/bundle-web.js');

/** What a release adds by `globalThis.added`, set before the bundle is run: see runnable-release.ts. */
const hooks = {
  'migrations/index.js': 'migrations.push(...(globalThis.added?.migrations ?? []));',
  'application.js':
    "import { z } from 'zod';\napplication.sections.push(...(globalThis.added?.sections(z) ?? []));",
};

/** Made once for each compilation: bundling takes as long as four starts of a tenant that is not bundled. */
export function makeSharedBundle(): void {
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
  const { status, stderr } = spawnSync(pinnedNode, [program, root], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the bundle that tests share: ${stderr}`);
}

function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
