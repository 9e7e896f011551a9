import type { z } from 'zod';
import { InvalidSettings, type Problem } from '../files/problem.js';
import type { Env } from '../home/types.js';
import { keyOf, unknownKey } from '../schema/validate.js';
import { childrenOf, childSchema } from '../schema/walk.js';
import type { Patch } from './patch.js';
import { Preparation, type KeyRules } from './prepare.js';
import { coerce, type ValueReader } from './value-reader.js';

const prefix = 'TENANTRY__';

/** One variable's patch; `file` is how errors and `explain` call it. */
export interface EnvironmentPatch {
  readonly file: string;
  readonly patch: Patch;
}

/** `TENANTRY__DATABASE__POOL__MAX=5` as a patch of `database.pool.max`; sorted by name, so that the order is nobody's accident. */
export function readEnvironment(env: Env, rules: KeyRules, values: ValueReader): EnvironmentPatch[] {
  const names = Object.keys(env).filter((name) => name.startsWith(prefix) && env[name] !== undefined);
  return names.sort().map((name) => readVariable({ name, text: env[name] ?? '' }, rules, values));
}

function readVariable(
  variable: { name: string; text: string },
  rules: KeyRules,
  values: ValueReader,
): EnvironmentPatch {
  const file = `environment variable ${variable.name}`;
  const path = findPath(variable.name.slice(prefix.length).split('__'), rules.schema, file);
  const schema = schemaAt(rules.schema, path);
  const entry = { line: undefined, value: coerce(variable.text, schema, file) };
  const preparation = new Preparation({ kind: 'environment', file, entry, values }, rules);
  const patch = preparation.prepare(entry, { schema, path });
  const [problem, ...others] = preparation.problems;
  if (problem !== undefined) throw new InvalidSettings([problem, ...others]);
  return { file, patch: nest(path, patch) };
}

/** The keys that the words of a variable mean: `IDLE_TIMEOUT` is `idleTimeout`. */
function findPath(words: readonly string[], schema: z.core.$ZodType, file: string): string[] {
  const path: string[] = [];
  let parent: z.core.$ZodType | undefined = schema;
  for (const word of words) {
    const key = findKey(word, parent);
    const next: z.core.$ZodType | undefined = key === undefined ? undefined : childSchema(parent, key);
    if (key === undefined || next === undefined || word === '')
      throw unknown(file, parent, [...path, camelCase(word)]);
    path.push(key);
    parent = next;
  }
  if (path[0] === 'extends')
    throw new InvalidSettings([{ file, text: 'profiles can be named only in an overlay' }]);
  return path;
}

function findKey(word: string, parent: z.core.$ZodType | undefined): string | undefined {
  const children = childrenOf(parent);
  if (children.kind === 'any') return /^[A-Z]/.test(word) ? camelCase(word) : undefined;
  if (children.kind === 'none') return undefined;
  const wanted = word.replaceAll('_', '').toLowerCase();
  return Object.keys(children.shape).find((key) => key.toLowerCase() === wanted);
}

function camelCase(word: string): string {
  return word.toLowerCase().replaceAll(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function unknown(file: string, parent: z.core.$ZodType | undefined, path: string[]): InvalidSettings {
  const problem: Problem = { file, ...unknownKey(parent, path) };
  return new InvalidSettings([problem.key === '' ? { ...problem, key: keyOf(path) } : problem]);
}

function schemaAt(schema: z.core.$ZodType, path: readonly string[]): z.core.$ZodType | undefined {
  let found: z.core.$ZodType | undefined = schema;
  for (const part of path) found = childSchema(found, part);
  return found;
}

function nest(path: readonly string[], patch: Patch): Patch {
  return path.reduceRight<Patch>(
    (inner, key) => ({ kind: 'merge', children: new Map([[key, inner]]), source: inner.source }),
    patch,
  );
}
