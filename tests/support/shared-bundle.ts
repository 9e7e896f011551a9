import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { changedAt, checkoutDir, pinnedNode } from './command-line.js';

const root = join(checkoutDir, 'dist', 'shared-release');
/** The web application as releases have it, for those that tests make: in one file, with V8's cache of it. */
export const sharedBundle = join(root, 'dist', 'bundle');
/** Two levels below `dist/`, as a bundled operator is. */
const runners = join(checkoutDir, 'dist', 'shared-runners', 'operator');
/** The application of tests/support/sample-app in one file, as tenants of a release run theirs. */
const sample = join(checkoutDir, 'dist', 'shared-sample');
export const sampleEntry = join(sample, 'sample.cjs');
const testing = join(checkoutDir, 'dist/libs/release/src/testing');

/** What a release adds by `globalThis.added`, set before the bundle is run: see runnable-release.ts. */
const hooks = {
  'migrations/index.js': 'migrations.push(...(globalThis.added?.migrations ?? []));',
  'application.js': "import { z } from 'zod';\nglobalThis.added?.describe(application, z);",
};

/** A program of this folder, such as `deploy-runner`; it begins in a fifth of the time that it takes compiled. */
export function runner(name: string): string {
  return join(runners, `${name}.mjs`);
}

/** Made once for each compilation: bundling takes as long as four starts of a tenant that is not bundled. */
export function makeSharedBundles(): void {
  const compiled = changedAt(join(checkoutDir, 'dist', '.tsbuildinfo'));
  if (changedAt(join(sharedBundle, 'web.cjs')) < compiled) bundleRelease();
  if (changedAt(runners) < compiled) bundleRunners();
  if (changedAt(sampleEntry) < compiled) bundleSample();
}

function bundleRelease(): void {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(sharedBundle, { recursive: true });
  for (const path of ['package.json', 'dist/libs', 'dist/apps/web']) {
    cpSync(join(checkoutDir, path), join(root, path), { recursive: true });
  }
  symlinkSync(join(checkoutDir, 'node_modules'), join(root, 'node_modules'));
  for (const [file, text] of Object.entries(hooks)) {
    appendFileSync(join(root, 'dist/apps/web/src', file), `\n${text}\n`);
  }
  run('bundle-web.js', root);
}

function bundleRunners(): void {
  rmSync(runners, { recursive: true, force: true });
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('-runner.js'));
  run('bundle-runners.js', checkoutDir, runners, ...files.map((name) => join(import.meta.dirname, name)));
}

function bundleSample(): void {
  rmSync(sample, { recursive: true, force: true });
  mkdirSync(sample, { recursive: true });
  run('bundle-sample.js', checkoutDir, join(import.meta.dirname, 'sample-app/main.js'), sample);
}

function run(program: string, ...words: readonly string[]): void {
  const { status, stderr } = spawnSync(pinnedNode, [join(testing, program), ...words], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`what tests share: ${stderr}`);
}
