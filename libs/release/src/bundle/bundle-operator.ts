import { join } from 'node:path';

import type { Metafile, Plugin } from 'esbuild';

import { bundleModules } from './bundle-modules.js';

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

/**
 * The operator's command line as ES modules: a small one to begin with, one for each command, and chunks for what they
 * share. The applications' descriptions are part of it, so that zod and the settings are loaded once for all.
 */
export function bundleOperator({
  checkout,
  apps,
  unbundled,
  outDir,
}: BundleOperatorInput): Promise<Metafile> {
  const dist = join(checkout, 'dist');
  return bundleModules({
    ...{ checkout, unbundled, outDir },
    entryPoints: [{ in: 'operator-entry', out: 'main' }, ...apps.map((app) => description(dist, app))],
    plugins: [entry(join(dist, 'apps', 'tenantry', 'src', 'main.js'))],
  });
}

/** What an application says about itself. */
export function description(dist: string, app: string): { in: string; out: string } {
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
