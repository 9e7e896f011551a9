import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where a name that a lib exports is declared. */
export interface Declared {
  readonly file: string;
  readonly name: string;
}

/**
 * The names that a module of tsc's output exports, with the files that declare them: through `export … from`, as deep
 * as it goes. A bundler takes an `index.js` as one thing; importing from the declaring file keeps the rest of the lib out.
 */
export function exportsOf(file: string): Map<string, Declared> {
  const text = readFileSync(file, 'utf8');
  const found = new Map<string, Declared>();
  for (const [, from = ''] of text.matchAll(/^export \* from '(\.[^']+)';$/gm)) {
    for (const [name, declared] of exportsOf(join(dirname(file), from))) found.set(name, declared);
  }
  for (const [, list = '', from] of text.matchAll(/^export \{([^}]*)\}(?: from '(\.[^']+)')?;$/gm)) {
    const theirs = from === undefined ? undefined : exportsOf(join(dirname(file), from));
    for (const [own, name] of specifiers(list)) found.set(name, theirs?.get(own) ?? { file, name });
  }
  const declaration = /^export (?:abstract |async )*(?:class|function\*?|const|let|var) (\w+)/gm;
  for (const [, name = ''] of text.matchAll(declaration)) found.set(name, { file, name });
  return found;
}

/** `a, b as c` → `[['a', 'a'], ['b', 'c']]`. */
export function specifiers(list: string): [string, string][] {
  return list.split(',').flatMap((part): [string, string][] => {
    const [own, name = own] = part.trim().split(' as ');
    return own === undefined || own === '' || name === undefined ? [] : [[own, name]];
  });
}
