import { join } from 'node:path';
import { Load } from 'config/lib/util.js';
import { toPlain, type Entry } from '../files/entry.js';
import { failWith } from '../files/problem.js';
import type { LayerKind } from './types.js';
import type { ReadFile } from './read-layer.js';

export interface BaseLayer {
  readonly kind: LayerKind;
  readonly file: string;
  readonly entry: Entry;
}

/**
 * `config/default.yaml` and `config/<nodeEnv>.yaml` of a release. node-config keeps the sources and their order; the
 * files are parsed and checked here, because it takes a missing file, an unknown type and `__proto__` without a word.
 * https://github.com/node-config/node-config/wiki/Configuration-Files
 */
export function readBase(releaseDir: string, nodeEnv: string | undefined, read: ReadFile): BaseLayer[] {
  const configDir = join(releaseDir, 'config');
  const load = new Load({ configDir });
  const layers = new Map<string, BaseLayer>();
  const add = (kind: LayerKind, name: string): void => {
    const found = read(join(configDir, `${name}.yaml`), { isOptional: kind !== 'base' });
    if (found === undefined) return;
    load.addConfig(found.file, toPlain(found.entry) as Record<string, unknown>);
    layers.set(found.file, { kind, ...found });
  };
  add('base', 'default');
  if (nodeEnv !== undefined && nodeEnv !== '' && nodeEnv !== 'default')
    add('environment-base', checkNodeEnv(nodeEnv));
  return load.getSources().flatMap((source) => layers.get(source.name) ?? []);
}

/** It becomes part of a file's name. */
function checkNodeEnv(nodeEnv: string): string {
  if (/^[A-Za-z0-9_-]{1,40}$/.test(nodeEnv)) return nodeEnv;
  return failWith({
    file: 'environment variable NODE_ENV',
    text: `expected a word such as "production", found ${JSON.stringify(nodeEnv.slice(0, 60))}`,
  });
}
