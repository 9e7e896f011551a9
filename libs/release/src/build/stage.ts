import { constants } from 'node:fs';
import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** What a release takes from a compiled checkout as it is. */
const taken = ['package.json', 'config', 'LICENSE', 'bin/start-tenant'] as const;

/** Tests, notes of the compiler, and a bundle that is made anew. */
const leftOut = /(^|\/)(tests|bench|bundle)(\/|$)|spec\.js(\.map)?$|(^|\/)\.[a-z]+$/;

/** Copies into a new folder all that a release is made of, but for what is made there: bundle, runtime, manifest. */
export async function stage(checkout: string, folder: string): Promise<void> {
  await mkdir(join(folder, 'bin'), { recursive: true });
  for (const path of taken) await copy(join(checkout, path), join(folder, path));
  await copy(join(checkout, 'scripts', 'tenantry'), join(folder, 'bin', 'tenantry'));
  await copyCompiled(join(checkout, 'dist'), join(folder, 'dist'));
  await copyApplicationFiles(checkout, folder);
  await copyModules(checkout, folder);
  await symlink('../../tenants', join(folder, 'tenants'));
}

async function copyCompiled(from: string, to: string): Promise<void> {
  for (const part of ['apps', 'libs']) {
    const root = join(from, part);
    await cp(root, join(to, part), {
      recursive: true,
      filter: (path) => !leftOut.test(`/${relative(root, path)}`) || isBundler(relative(root, path)),
    });
  }
}

/** The folder of that name which is code of ours. */
function isBundler(path: string): boolean {
  return /^release\/src\/bundle(\/|$)/.test(path) && !/spec\.js(\.map)?$/.test(path);
}

/** Templates and assets, which a process reads as files. */
async function copyApplicationFiles(checkout: string, folder: string): Promise<void> {
  await cp(join(checkout, 'apps'), join(folder, 'apps'), {
    recursive: true,
    filter: (path) => !/(^|\/)src(\/|$)/.test(relative(join(checkout, 'apps'), path)),
  });
}

interface LockedPackage {
  readonly dev?: boolean;
}

/** Node itself comes once for all releases; its packages are left out. */
const isRuntime = /^node_modules\/(node|node-bin|node)-(linux|darwin|win)/;

/** The packages that the lock file does not mark as tools of development, as far as they are for this platform. */
async function copyModules(checkout: string, folder: string): Promise<void> {
  const lock = JSON.parse(await readFile(join(checkout, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const paths = Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true && !isRuntime.test(path))
    .map(([path]) => path)
    .filter((path) => existsSync(join(checkout, path)));
  for (const path of paths) {
    const from = join(checkout, path);
    await cp(from, join(folder, path), {
      recursive: true,
      mode: constants.COPYFILE_FICLONE,
      verbatimSymlinks: true,
      // Packages inside it are in the lock file by themselves.
      filter: (file) => !relative(from, file).split('/').includes('node_modules'),
    });
  }
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { recursive: true });
}
