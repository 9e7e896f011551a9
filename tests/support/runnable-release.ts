import { createHash } from 'node:crypto';
import {
  cpSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type DescribedMigration, describeMigrations, loadApplication } from '#libs/release';
import { checkoutDir, entry as commandLine, pinnedNode } from './command-line.js';
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
  /** JavaScript that is run with the `application`, which describes itself to commands. */
  readonly describe?: string;
}

export const addedName = (number: number): string => `Step${1_900_000_000_000 + number}`;

/** A release that tenants can run, in a moment: as a build lays it out, but with the bundle and the packages that tests share. */
export async function makeRunnableRelease(release: RunnableRelease): Promise<string> {
  const { home, id, base = '', layout = '' } = release;
  const dir = join(home, 'releases', id);
  for (const path of ['config', 'package.json', 'bin', 'apps/web/templates', 'apps/web/assets']) {
    cpSync(join(checkoutDir, path), join(dir, path), { recursive: true });
  }
  writeFileSync(join(dir, 'config', 'default.yaml'), base, { flag: 'a' });
  writeFileSync(join(dir, 'apps/web/templates/layout.liquid'), layout, { flag: 'a' });
  symlinkSync(join(checkoutDir, 'node_modules'), join(dir, 'node_modules'));
  symlinkSync('../../tenants', join(dir, 'tenants'));
  bundle(dir, release);
  await writeManifest(dir, release);
  return dir;
}

/** What tenants and commands run; what is added goes before it. */
function bundle(dir: string, release: RunnableRelease): void {
  const folder = join(dir, 'dist', 'bundle');
  cpSync(sharedBundle, folder, { recursive: true, filter: (path) => !path.endsWith('.map') });
  const added = `globalThis.added = ${addedText(release)}`;
  prepend(join(folder, 'web.cjs'), `${added}\n${release.boot ?? ''}`);
  prepend(join(folder, 'operator', 'application-web.mjs'), added);
  // Commands of the release, such as the one that keeps Postgres, are the checkout's.
  const main = `await import(${JSON.stringify(commandLine)});\n`;
  writeFileSync(join(folder, 'operator', 'main.mjs'), main);
}

/** What the release has besides, as JavaScript; see shared-bundle.ts. */
function addedText({ migrations = [], sections = '', describe = '' }: RunnableRelease): string {
  return `{
  migrations: [${migrations.map(classText).join(', ')}],
  describe(application, z) {
    application.sections.push(...[${sections}].map((each) => ({ perSite: false, ...each })));
    ${describe}
  },
};`;
}

function classText({ number, up, down = 'SELECT 1', kind = 'expand' }: AddedMigration): string {
  return `class {
    name = '${addedName(number)}';
    kind = '${kind}';
    async up(runner) { await runner.query(${JSON.stringify(up)}); }
    async down(runner) { await runner.query(${JSON.stringify(down)}); }
  }`;
}

async function writeManifest(dir: string, { id, migrations = [] }: RunnableRelease): Promise<void> {
  const added = migrations.map(({ number, kind = 'expand' }) => {
    const name = addedName(number);
    return { name, hash: digest(name), kind, isReversible: true };
  });
  const manifest = {
    ...{ format: 1, id, commit: null, isDirty: false, committedAt: null, settingsSchema: '' },
    runtime: { name: 'test', version: process.version, sha256: hashOf(pinnedNode) },
    postgres: null,
    applications: [{ name: 'web', migrations: [...(await (ownMigrations ??= describeOwn())), ...added] }],
    ...{ files: filesBelow(dir, ''), caches: [] },
  };
  writeFileSync(join(dir, 'release.json'), JSON.stringify(manifest));
}

let ownMigrations: Promise<DescribedMigration[]> | undefined;

/** The checkout's, which every release has. */
async function describeOwn(): Promise<DescribedMigration[]> {
  const checkout = { id: 'checkout', dir: checkoutDir, kind: 'checkout' } as const;
  return describeMigrations(checkout, await loadApplication(checkout, 'web'));
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

function prepend(file: string, text: string): void {
  if (text !== '') writeFileSync(file, `${text}\n${readFileSync(file, 'utf8')}`);
}
