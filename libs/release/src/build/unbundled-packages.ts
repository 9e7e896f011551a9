import { existsSync, readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { FailedError } from '#libs/settings';

export class PackageNotInstalled extends FailedError {
  override readonly code = 'PACKAGE_NOT_INSTALLED';
}

/** Parts of it are WebAssembly. */
const ours = ['libpg-query'];

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

type Lock = Readonly<Record<string, LockedPackage>>;

/**
 * Packages that no bundle can hold, such as those with native code. A product names its own in package.json:
 * `"tenantry": { "unbundled": ["sharp"] }`.
 */
export function unbundledPackages(checkout: string): string[] {
  const { tenantry } = readJson(checkout, 'package.json') as { tenantry?: { unbundled?: string[] } };
  return [...ours, ...(tenantry?.unbundled ?? [])].toSorted();
}

/** Copies them with all that they depend on, as far as it is for this platform. */
export async function copyUnbundled(checkout: string, folder: string): Promise<void> {
  const { packages } = readJson(checkout, 'package-lock.json') as { packages: Lock };
  const wanted = new Set<string>();
  for (const name of unbundledPackages(checkout)) {
    const path = `node_modules/${name}`;
    if (!existsSync(join(checkout, path))) throw notInstalled(checkout, name);
    collect(packages, path, wanted);
  }
  for (const path of wanted) if (existsSync(join(checkout, path))) await copyPackage(checkout, folder, path);
}

function collect(packages: Lock, path: string, into: Set<string>): void {
  const found = packages[path];
  if (found === undefined || into.has(path)) return;
  into.add(path);
  for (const name of Object.keys({ ...found.dependencies, ...found.optionalDependencies })) {
    const resolved = resolve(packages, path, name);
    if (resolved !== undefined) collect(packages, resolved, into);
  }
}

/** As Node does: below the package itself, then below each one that it is in. */
function resolve(packages: Lock, path: string, name: string): string | undefined {
  for (let from = path; ; from = from.slice(0, from.lastIndexOf('node_modules/')).replace(/\/$/, '')) {
    const candidate = from === '' ? `node_modules/${name}` : `${from}/node_modules/${name}`;
    if (candidate in packages) return candidate;
    if (from === '') return undefined;
  }
}

async function copyPackage(checkout: string, folder: string, path: string): Promise<void> {
  const from = join(checkout, path);
  await cp(from, join(folder, path), {
    recursive: true,
    // Packages inside it are in the lock file by themselves.
    filter: (file) => !relative(from, file).split('/').includes('node_modules'),
  });
}

function readJson(checkout: string, name: string): unknown {
  return JSON.parse(readFileSync(join(checkout, name), 'utf8'));
}

function notInstalled(checkout: string, name: string): PackageNotInstalled {
  return new PackageNotInstalled(`${checkout}: the package ${name} is not installed.`, {
    hint: 'Run `npm ci` there.',
  });
}
