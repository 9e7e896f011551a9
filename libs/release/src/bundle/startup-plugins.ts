import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { Plugin } from 'esbuild';

import { FailedError } from '#libs/settings';

export class PackageChanged extends FailedError {
  override readonly code = 'PACKAGE_CHANGED';
}

/** zod brings its messages in some fifty languages; ours are its codes put in words by libs/settings. */
export const zodInEnglish: Plugin = patch('zod-in-english', {
  file: /zod[\\/]v4[\\/]locales[\\/]index\.js$/,
  change: () => 'export { default as en } from "./en.js";',
});

/** TypeORM with one driver. */
export const typeormPlugins: readonly Plugin[] = [
  /** TypeORM's factory requires some fifteen drivers to use one. */
  patch('postgres-only', {
    file: /typeorm[\\/]driver[\\/]DriverFactory\.js$/,
    change: (text) =>
      text.replaceAll(/const (\w+) = require\("\.\/(?!postgres\/)[^"]+"\);/g, 'const $1 = {};'),
  }),
  /** TypeORM requires its driver by a computed name: it would come from node_modules, beside the bundled one. */
  patch('bundled-driver', {
    file: /typeorm[\\/]platform[\\/]PlatformTools\.js$/,
    change: (text) =>
      whenUsed(text, ['formatter_1', 'sql_highlight_1']).replace(
        'return require(name);',
        'if (name === "pg") return require("pg"); throw name;',
      ),
  }),
  /** A bundle has no folders to search for entities and migrations in. */
  patch('no-search-in-folders', {
    file: /typeorm[\\/]util[\\/]DirectoryExportedClassesLoader\.js$/,
    change: (text) => whenUsed(text, ['tinyglobby_1']),
  }),
];

/** What packages do when they load, and a tenant process does not need: most of the way from 3 to 2 times the floor. */
export const startupPlugins: readonly Plugin[] = [
  /**
   * @nestjs/typeorm looks for two classes of older versions through `createRequire`, which a bundler does not see:
   * it would load TypeORM a second time, from node_modules, with all drivers.
   */
  patch('typeorm-compatibility', {
    file: /@nestjs[\\/]typeorm[\\/].*[\\/]typeorm-compat\.js$/,
    change: () => 'export const Connection = undefined; export const AbstractRepository = undefined;',
  }),
  ...typeormPlugins,
  /** Nest's two loggers each make a formatter of dates when they load; the runtime logs through its own. */
  patch('date-format', {
    file: /@nestjs[\\/]common[\\/]services[\\/](?:console-)?logger\.service\.js$/,
    change: (text) =>
      text.replace(
        /const dateTimeFormatter = (new Intl\.DateTimeFormat\([^)]*\));/,
        'const dateTimeFormatter = { format: (date) => ($1).format(date) };',
      ),
  }),
  /**
   * Fastify loads the compilers of JSON schemas (ajv, fast-json-stringify: a hundred modules, 2 MB of each process) in
   * any case, and asks them where a route has a schema; an application that validates otherwise has none.
   */
  patch('schema-compilers-when-asked', {
    file: /fastify[\\/]lib[\\/]schema-controller\.js$/,
    change: (text) =>
      text.replaceAll(
        /const (\w+) = require\('(@fastify\/[^']+)'\)\n\s*compilersFactory\.(\w+) = \1\(\)/g,
        "let asked; compilersFactory.$3 = (...of) => (asked ??= require('$2')())(...of)",
      ),
  }),
  zodInEnglish,
];

/** Loads what TypeScript's output requires under these names when it is used. */
function whenUsed(text: string, names: readonly string[]): string {
  return names.reduce((changed, name) => {
    const load = new RegExp(`^const ${name} = (require\\([^)]+\\));$`, 'm').exec(changed);
    if (load === null) throw new PackageChanged(`${name}: not required any more.`);
    return changed.replace(load[0], '').replaceAll(`${name}.`, `${load[1]}.`);
  }, text);
}

interface Patch {
  readonly file: RegExp;
  readonly change: (text: string) => string;
}

/** A change to one file of a package. One that changes nothing any more fails the build: the package has changed. */
function patch(name: string, { file, change }: Patch): Plugin {
  return {
    name,
    setup(build) {
      build.onLoad({ filter: file }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const contents = change(text);
        if (contents === text) {
          throw new PackageChanged(`${path}: the change "${name}" finds nothing to change.`, {
            hint: 'Look at the new version of the package and correct or remove the change.',
          });
        }
        return { contents, resolveDir: dirname(path) };
      });
    },
  };
}
