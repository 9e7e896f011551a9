// What a tenant process starts with: `dist/bundle/<app>.cjs` beside `<app>.app.cjs` (all of the code) and
// `cache/<app>.bin` (that code compiled). Only Node's own modules, and as few as possible: this file is not cached.
import fs = require('node:fs');
import nodeModule = require('node:module');
import path = require('node:path');
import vm = require('node:vm');

interface Bundle {
  readonly script: vm.Script;
  readonly cacheFile: string;
  /** Runs the application. */
  run(): void;
}

/**
 * Compiles the bundle from V8's code cache. Node's own compile cache (`module.enableCompileCache`) writes to its
 * folder whenever it finds something missing, and a folder that every tenant may write is a way from one tenant into
 * all others; this one is written by the build alone. V8 refuses a cache of another version or of other flags, and
 * compiles then.
 */
function loadBundle(folder: string, app: string): Bundle {
  const file = path.join(folder, `${app}.app.cjs`);
  const cacheFile = path.join(folder, 'cache', `${app}.bin`);
  // The bundle is ASCII: as latin1, it stays one byte a character in memory.
  const code = fs.readFileSync(file, 'latin1');
  const script = new vm.Script(`(function (exports, require, module, __filename, __dirname) {${code}\n})`, {
    filename: file,
    cachedData: readCache(cacheFile),
  });
  const run = (): void => {
    const main = { exports: {} };
    const wrapped = script.runInThisContext() as (...args: unknown[]) => void;
    wrapped.call(main.exports, main.exports, nodeModule.createRequire(file), main, file, folder);
  };
  return { script, cacheFile, run };
}

function readCache(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file);
  } catch {
    return undefined;
  }
}

if (require.main === module) loadBundle(__dirname, path.basename(__filename, '.cjs')).run();

export = { loadBundle };
