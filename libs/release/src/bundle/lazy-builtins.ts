import { createRequire } from 'node:module';

import type { Plugin } from 'esbuild';

/** Modules of Node that packages require when they load, and use rarely or never in a tenant process. */
const rarelyUsed = ['child_process', 'cluster', 'http2', 'https', 'perf_hooks', 'worker_threads', 'zlib'];

/** Puts off loading them until something of them is used: together some 20 ms and 1 MB of each process. */
export const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup(build) {
    const filter = new RegExp(`^(node:)?(${rarelyUsed.join('|')})$`);
    build.onResolve({ filter }, ({ path }) => ({
      path: path.replace('node:', ''),
      namespace: 'lazy-builtin',
    }));
    build.onLoad({ filter: /.*/, namespace: 'lazy-builtin' }, ({ path }) => ({ contents: lazyModule(path) }));
  },
};

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
