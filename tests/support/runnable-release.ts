import { createHash } from 'node:crypto';
import {
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describeMigrations, loadApplication } from '#libs/release';
import { checkoutDir, pinnedNode } from './command-line.js';
import { sharedBundle } from './shared-bundle.js';

/** A migration that the release adds to those of the checkout's application. */
export interface AddedMigration {
  /** Orders it, and names it: `Step1900000000001`. */
  readonly number: number;
  readonly up: string;
  readonly down?: string;
  readonly kind?: 'expand' | 'contract';
}

export interface RunnableRelease {
  readonly home: string;
  readonly id: string;
  readonly migrations?: readonly AddedMigration[];
  /** Added to the checkout's `config/default.yaml`. */
  readonly base?: string;
  /** JavaScript that the application's process begins with; without imports, as it is run as a script, too. */
  readonly boot?: string;
  /** Added to the layout of all pages. */
  readonly layout?: string;
  /** Sections of settings as JavaScript, where `z` is zod. */
  readonly sections?: string;
}

export const addedName = (number: number): string => `Step${1_900_000_000_000 + number}`;

/** A release that tenants can run, in a second: the compiled checkout copied, the bundle that tests share, its packages shared, a manifest of its own. */
export async function makeRunnableRelease(release: RunnableRelease): Promise<string> {
  const { home, id, migrations = [], base = '', boot = '', layout = '', sections = '' } = release;
  const dir = join(home, 'releases', id);
  for (const path of ['config', 'package.json', 'bin']) copy(path, dir);
  for (const path of ['libs', 'apps/web']) copy(join('dist', path), dir);
  for (const path of ['templates', 'assets']) copy(join('apps/web', path), dir);
  writeFileSync(join(dir, 'config', 'default.yaml'), base, { flag: 'a' });
  writeFileSync(join(dir, 'apps/web/templates/layout.liquid'), layout, { flag: 'a' });
  symlinkSync(join(checkoutDir, 'node_modules'), join(dir, 'node_modules'));
  symlinkSync('../../tenants', join(dir, 'tenants'));
  const source = join(dir, 'dist', 'apps', 'web', 'src');
  const added = migrations.map(pushText).join('\n');
  append(join(source, 'migrations', 'index.js'), added);
  if (sections !== '') {
    append(
      join(source, 'application.js'),
      `import { z } from 'zod';\napplication.sections.push(...[${sections}].map((each) => ({ perSite: false, ...each })));\n`,
    );
  }
  bundle(dir, { migrations: added, sections, boot });
  await writeManifest(dir, id);
  return dir;
}

/** What tenants run: one file, as of real releases, from which they start four times as fast. What is added goes before it. */
function bundle(
  dir: string,
  { migrations, sections, boot }: Record<'migrations' | 'sections' | 'boot', string>,
): void {
  const folder = join(dir, 'dist', 'bundle');
  cpSync(sharedBundle, folder, { recursive: true });
  prepend(
    join(folder, 'web.cjs'),
    `{ const migrations = [];
${migrations}
globalThis.added = { migrations, sections: (z) => [${sections}].map((each) => ({ perSite: false, ...each })) }; }
${boot}
`,
  );
}

function pushText({ number, up, down = 'SELECT 1', kind = 'expand' }: AddedMigration): string {
  return `migrations.push(class {
    name = '${addedName(number)}';
    kind = '${kind}';
    async up(runner) { await runner.query(${JSON.stringify(up)}); }
    async down(runner) { await runner.query(${JSON.stringify(down)}); }
  });`;
}

async function writeManifest(dir: string, id: string): Promise<void> {
  const application = await loadApplication({ id, dir, kind: 'built' }, 'web');
  const known = describeMigrations({ id, dir: checkoutDir, kind: 'checkout' }, application);
  const migrations = application.migrations.map((Class, index) => {
    const { name = Class.name, kind = 'expand', isReversible = true } = new Class();
    return { name, hash: known[index]?.hash ?? digest(name), kind, isReversible };
  });
  const manifest = {
    ...{ format: 1, id, commit: null, isDirty: false, committedAt: null, settingsSchema: '' },
    runtime: { name: 'test', version: process.version, sha256: hashOf(pinnedNode) },
    postgres: null,
    applications: [{ name: 'web', migrations }],
    ...{ files: filesBelow(dir, ''), caches: [] },
  };
  writeFileSync(join(dir, 'release.json'), JSON.stringify(manifest));
}

function filesBelow(dir: string, below: string): { path: string; sha256: string; mode: number }[] {
  return readdirSync(join(dir, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(dir, path);
    const full = join(dir, path);
    if (entry.isSymbolicLink()) {
      return [{ path, sha256: digest(`-> ${readlinkSync(full)}`), mode: 0o777 }];
    }
    return [{ path, sha256: hashOf(full), mode: lstatSync(full).mode & 0o777 }];
  });
}

const hashes = new Map<string, string>();

function hashOf(file: string): string {
  if (file !== pinnedNode) return digest(readFileSync(file));
  const known = hashes.get(file) ?? digest(readFileSync(file));
  hashes.set(file, known);
  return known;
}

function digest(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function copy(path: string, dir: string): void {
  mkdirSync(join(dir, path, '..'), { recursive: true });
  cpSync(join(checkoutDir, path), join(dir, path), { recursive: true });
}

function append(file: string, text: string): void {
  writeFileSync(file, `\n${text}\n`, { flag: 'a' });
}

function prepend(file: string, text: string): void {
  if (text !== '') writeFileSync(file, `${text}\n${readFileSync(file, 'utf8')}`);
}
