import { createRequire } from 'node:module';

import type { Plugin } from 'esbuild';

/** Modules of Node that packages require when they load, and use rarely or never in a tenant process. */
const rarelyUsed = [
  'child_process',
  'cluster',
  'http2',
  'https',
  'perf_hooks',
  'v8',
  'worker_threads',
  'zlib',
];

/** The same for the command line. An ES import of `node:http` reads its export WebSocket, which is 70 ms of undici. */
const rarelyUsedByOperators = [...rarelyUsed, 'crypto', 'dns', 'http', 'net', 'tls'];

/** Puts off loading them until something of them is used: together some 20 ms and 1 MB of each process. */
export const lazyBuiltins: Plugin = loadLater(rarelyUsed);

export const lazyOperatorBuiltins: Plugin = loadLater(rarelyUsedByOperators);

function loadLater(modules: readonly string[]): Plugin {
  return {
    name: 'lazy-builtins',
    setup(build) {
      const filter = new RegExp(`^(node:)?(${modules.join('|')})$`);
      build.onResolve({ filter }, ({ path }) => ({
        path: path.replace('node:', ''),
        namespace: 'lazy-builtin',
      }));
      build.onLoad({ filter: /.*/, namespace: 'lazy-builtin' }, ({ path }) => ({
        contents: lazyModule(path),
      }));
    },
  };
}

function lazyModule(name: string): string {
  return lazyExports(`node:${name}`, `process.getBuiltinModule('node:${name}')`);
}

/** The YAML parser, which simple settings files do without: made of CommonJS, so it can be loaded when it is called. */
export const lazyYaml: Plugin = {
  name: 'lazy-yaml',
  setup(build) {
    build.onResolve({ filter: /^yaml$/ }, ({ path, namespace, resolveDir }) =>
      namespace === 'lazy-yaml' ? undefined : { path, namespace: 'lazy-yaml', pluginData: resolveDir },
    );
    build.onLoad({ filter: /.*/, namespace: 'lazy-yaml' }, ({ pluginData }) => ({
      contents: lazyExports('yaml', "require('yaml')"),
      resolveDir: String(pluginData),
    }));
  },
};

/** A module with the exports of another, which is loaded when one of them is read. */
function lazyExports(name: string, load: string): string {
  const exports: unknown = createRequire(import.meta.url)(name);
  const keys = typeof exports === 'object' && exports !== null ? Object.keys(exports) : [];
  return `
    let loaded;
    for (const key of ${JSON.stringify(keys)}) {
      Object.defineProperty(exports, key, {
        enumerable: true,
        configurable: true,
        get: () => (loaded ??= ${load})[key],
      });
    }`;
}
