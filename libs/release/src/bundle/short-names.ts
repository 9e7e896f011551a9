import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

import type { Plugin } from 'esbuild';

/**
 * Shortens what packages call their local variables. V8 holds the text of a bundle and each name in it, in every
 * process: 1 MB. Ours stay as they are.
 */
export const shortNames: Plugin = {
  name: 'short-names',
  setup(build) {
    build.onLoad({ filter: /[\\/]node_modules[\\/].*\.c?js$/ }, async ({ path }) => {
      const contents = await shortenedBefore(await readFile(path, 'utf8'), path);
      return contents === undefined ? undefined : { contents };
    });
  },
};

/** By path. Applications have most packages in common, and shortening takes nearly as long as all else of bundling. */
const known = new Map<string, { readonly text: string; readonly shortened: Promise<string | undefined> }>();

function shortenedBefore(text: string, path: string): Promise<string | undefined> {
  const before = known.get(path);
  if (before?.text === text) return before.shortened;
  const shortened = shortenNames(text, basename(path));
  known.set(path, { text, shortened });
  return shortened;
}

/**
 * As Nest, TypeORM and errors go by names of classes, only where esbuild leaves those alone: at the top of CommonJS. Of ES
 * modules it shortens every name, and of classes within something else. Undefined: the file stays as it is.
 */
export async function shortenNames(text: string, file: string): Promise<string | undefined> {
  const code = text.replaceAll(/^\s*(\*|\/[*/]).*$/gm, '');
  const isModule = /^(import|export)\b/m.test(code);
  const hasInnerClass = /^.+\bclass\s+[\w$]+/m.test(code);
  if (isModule || hasInnerClass) return undefined;
  const { transform } = await import('esbuild');
  const shortened = await transform(text, {
    minifyIdentifiers: true,
    sourcemap: 'inline',
    sourcefile: file,
    sourcesContent: false,
    target: 'node26',
    legalComments: 'none',
  });
  return shortened.code;
}
