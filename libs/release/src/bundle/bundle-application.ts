import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Metafile, Plugin } from 'esbuild';

import { FailedError } from '#libs/settings';

import { buildOptions } from './build-options.js';
import { lazyBuiltins, lazyYaml } from './lazy-builtins.js';
import { shortNames } from './short-names.js';
import { startupPlugins } from './startup-plugins.js';

/** What Nest and its modules ask for when it is installed. The product installs what it uses; none of these. */
const optionalPackages = [
  '@fastify/static',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/microservices/*',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  '@nestjs/websockets/*',
  'class-transformer',
  'class-transformer/*',
  'class-validator',
  'pg-cloudflare',
  'pg-native',
  'pino-pretty',
];

export interface BundleApplicationInput {
  /** A checkout whose TypeScript is compiled to `dist/`. */
  readonly checkout: string;
  readonly app: string;
  /** What its tenant processes begin with; default: the application's main.js. */
  readonly entry?: string | undefined;
  /** Packages that stay in node_modules. */
  readonly unbundled?: readonly string[] | undefined;
  readonly outFile: string;
}

export class NotBundled extends FailedError {
  override readonly code = 'NOT_BUNDLED';
}

/**
 * One CommonJS file of all that a tenant process loads. It takes tsc's output, as esbuild emits no decorator
 * metadata, and keeps names, as Nest and TypeORM go by them.
 */
export async function bundleApplication({
  checkout,
  app,
  entry = join(checkout, 'dist', 'apps', app, 'src', 'main.js'),
  unbundled = [],
  outFile,
}: BundleApplicationInput): Promise<Metafile> {
  const esbuild = await import('esbuild');
  const result = await esbuild.build({
    entryPoints: [entry],
    outfile: outFile,
    absWorkingDir: checkout,
    ...buildOptions,
    format: 'cjs',
    // A script that the launcher compiles itself may not import(); require() loads ES modules as well.
    supported: { 'dynamic-import': false },
    sourcemap: 'external',
    external: [...optionalPackages, ...unbundled],
    alias: rxjsAsModules(checkout),
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    plugins: [entryWithoutAwait(entry), lazyBuiltins, lazyYaml, ...startupPlugins, shortNames],
  });
  await escapeNonAscii(outFile);
  return result.metafile;
}

/** As ES modules, of which a bundle keeps what is used: Nest needs a tenth of rxjs. Node itself would take CommonJS. */
function rxjsAsModules(checkout: string): Record<string, string> {
  const modules = join(checkout, 'node_modules', 'rxjs', 'dist', 'esm');
  return { rxjs: join(modules, 'index.js'), 'rxjs/operators': join(modules, 'operators', 'index.js') };
}

/**
 * The launcher reads the bundle as one byte a character, which halves it in memory. esbuild escapes strings, but leaves
 * regular expressions as they are, in which `\u00e0` means the same as the character.
 */
async function escapeNonAscii(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const escaped = text.replaceAll(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  await writeFile(file, escaped);
}

/** CommonJS has no top-level await; `runTenant` handles its own errors, so nobody needs to wait for it. */
function entryWithoutAwait(entry: string): Plugin {
  return {
    name: 'entry-without-await',
    setup(build) {
      build.onLoad({ filter: /[\\/]main\.js$/ }, async ({ path }) => {
        if (path !== entry) return undefined;
        const text = await readFile(path, 'utf8');
        if (!/^(await|void) runTenant\(/m.test(text)) {
          throw new NotBundled(`${path}: expected a statement "await runTenant(…)", found none.`, {
            hint: 'Let main.ts hand the application to runTenant, and do nothing else.',
          });
        }
        return { contents: text.replace(/^await runTenant\(/m, 'void runTenant(') };
      });
    },
  };
}
