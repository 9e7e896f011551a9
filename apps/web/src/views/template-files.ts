import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Liquid } from 'liquidjs';

type TemplateFs = NonNullable<NonNullable<ConstructorParameters<typeof Liquid>[0]>['fs']>;

/** `{% layout '@base/layout' %}`: the template of that name below the folder that the tag stands in. */
const baseReference = /(\{%-?\s*(?:layout|render|include)\s+['"])@base\//g;
const belowReference = /^@below-(\d+)\/(.+)$/;

/**
 * Templates in several folders, the first that has a file wins. A template that wants to extend the one it
 * overrides says `@base/…`; by its own name it would find itself again and recurse. While a file is read, `@base`
 * is replaced by the number of its folder, because Liquid does not tell which file a reference stands in.
 */
export function templateFiles(roots: readonly string[]): TemplateFs {
  const fromRoot = (file: string, text: string) =>
    text.replaceAll(baseReference, `$1@below-${indexOfRoot(roots, file)}/`);
  return {
    sep,
    exists: (file) =>
      access(file).then(
        () => true,
        () => false,
      ),
    existsSync: (file) => existsSync(file),
    readFile: async (file) => fromRoot(file, await readFile(file, 'utf8')),
    readFileSync: (file) => fromRoot(file, readFileSync(file, 'utf8')),
    resolve: (root, file, extension) => resolveBelow(roots, root, withExtension(file, extension)),
    contains: async (root, file) => containsFile(root, file),
    containsSync: containsFile,
  };
}

/** By real paths, so that no link leads out. Asked before `exists`: of a file that is not there, that tells. */
function containsFile(root: string, file: string): boolean {
  if (!existsSync(file)) return true;
  // Whoever overrides nothing has no folder of their own.
  return existsSync(root) && isInside(realpathSync(root), realpathSync(file));
}

function resolveBelow(roots: readonly string[], root: string, file: string): string {
  const [, number, rest] = belowReference.exec(file) ?? [];
  if (number === undefined || rest === undefined) return resolve(root, file);
  const isBelow = roots.findIndex((candidate) => resolve(candidate) === resolve(root)) > Number(number);
  return isBelow ? join(root, rest) : join(root, '.not-below', rest);
}

function indexOfRoot(roots: readonly string[], file: string): number {
  return roots.findIndex((root) => isInside(resolve(root), file));
}

function isInside(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return path !== '' && path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

function withExtension(file: string, extension: string): string {
  return /\.[a-z]+$/.test(file) ? file : file + extension;
}
