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
      const contents = await shortenNames(await readFile(path, 'utf8'), basename(path));
      return contents === undefined ? undefined : { contents };
    });
  },
};

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
