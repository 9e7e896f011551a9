import { createRequire } from 'node:module';

import type { Plugin } from 'esbuild';

/** Modules of Node that packages require when they load, and use rarely or never in a tenant process. */
const rarelyUsed = ['child_process', 'cluster', 'http2', 'https', 'perf_hooks', 'worker_threads', 'zlib'];

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
  const builtin: unknown = createRequire(import.meta.url)(`node:${name}`);
  const keys = typeof builtin === 'object' && builtin !== null ? Object.keys(builtin) : [];
  return `
    let loaded;
    for (const key of ${JSON.stringify(keys)}) {
      Object.defineProperty(exports, key, {
        enumerable: true,
        configurable: true,
        get: () => (loaded ??= process.getBuiltinModule('node:${name}'))[key],
      });
    }`;
}
