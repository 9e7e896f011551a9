import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';

import type { Plugin } from 'esbuild';

import { exportsOf, specifiers, type Declared } from './library-exports.js';

export interface OwnModulesInput {
  /** The checkout's `dist/`. */
  readonly dist: string;
  /** Where the bundle will be run from. */
  readonly outDir: string;
}

/** The bundler itself has it as a word, too. */
const ownUrl = 'import.meta.url';
const ownUrls = /(?<!')import\.meta\.url(?!')/g;

/**
 * Our own compiled modules, for a bundle in several chunks: free of side effects, imported from the file that declares
 * what is imported, and each still knowing the place in `dist/` that it was compiled to.
 */
export function ownModules({ dist, outDir }: OwnModulesInput): Plugin {
  const importsOf = directImports(dist);
  return {
    name: 'own-modules',
    setup(build) {
      build.onResolve({ filter: /^[./]/ }, ({ path, importer, kind }) => {
        const isOwn = kind !== 'entry-point' && isWithin(dist, importer);
        return isOwn ? { path: resolve(dirname(importer), path), sideEffects: false } : undefined;
      });
      build.onLoad({ filter: /\.js$/ }, async ({ path }) => {
        if (!isWithin(dist, path)) return undefined;
        const place = `new URL(${JSON.stringify(relative(outDir, path))}, ${ownUrl}).href`;
        const text = (await readFile(path, 'utf8')).replaceAll(ownUrls, place);
        return { contents: namespaceOfZod(importsOf(text)), resolveDir: dirname(path) };
      });
    },
  };
}

/** Makes an import from a library, static or `const { a } = await import`, name the file that declares a. */
function directImports(dist: string): (text: string) => string {
  const declarations = declarationsIn(dist);
  return (text) =>
    text
      .replaceAll(/^import \{([^}]*)\} from '#libs\/([\w-]+)';/gm, (statement, list: string, lib: string) => {
        const parts = specifiers(list).map(([name, local]) => {
          const declared = declarations(lib).get(name);
          return declared && `import { ${declared.name} as ${local} } from ${JSON.stringify(declared.file)};`;
        });
        return parts.every((part) => part !== undefined) ? parts.join(' ') : statement;
      })
      .replaceAll(
        /const \{ (\w+) \} = await import\('#libs\/([\w-]+)'\)/g,
        (statement, name: string, lib: string) => {
          const declared = declarations(lib).get(name);
          return declared?.name === name
            ? `const { ${name} } = await import(${JSON.stringify(declared.file)})`
            : statement;
        },
      );
}

/** What a library exports, and the file that declares it; each library is read once. */
function declarationsIn(dist: string): (lib: string) => ReadonlyMap<string, Declared> {
  const known = new Map<string, ReadonlyMap<string, Declared>>();
  return (lib) => {
    const found = known.get(lib) ?? exportsOf(join(dist, 'libs', lib, 'src', 'index.js'));
    known.set(lib, found);
    return found;
  };
}

/** The object `z` that zod exports holds all of it; of a namespace, a bundler keeps what is used. */
function namespaceOfZod(text: string): string {
  return text.replace(/^import \{ z \} from 'zod';/m, "import * as z from 'zod';");
}

function isWithin(folder: string, path: string): boolean {
  return path.startsWith(`${folder}/`);
}
