import { describeFound, isList, type Entry } from '../files/entry.js';
import { InvalidSettings } from '../files/problem.js';
import { nearest } from '../nearest.js';
import type { Item, Patch } from './patch.js';
import type { At, Preparation } from './prepare.js';

const listOperators = ['$remove', '$prepend', '$append'] as const;
const operators = [...listOperators, '$unset', '$env', '$file', '$default'];

/** A mapping whose first key begins with `$` is an operator, never data. */
export function isOperator(map: ReadonlyMap<string, Entry>): boolean {
  const [first] = map.keys();
  return first?.startsWith('$') === true;
}

/** What the operator at `at` wants done; what is wrong with it is reported, and nothing is done then. */
export function readOperator(preparation: Preparation, entry: Entry, at: At): Patch {
  const map = entry.value as ReadonlyMap<string, Entry>;
  const nothing: Patch = { kind: 'merge', children: new Map(), source: preparation.sourceOf(entry) };
  const problem = checkShape(map, preparation.layer.kind === 'secrets');
  if (problem !== undefined) {
    preparation.complain(entry, at, { text: problem });
    return nothing;
  }
  if (map.has('$unset')) return readUnset(preparation, entry, at) ?? nothing;
  if (map.has('$env') || map.has('$file')) return readValue(preparation, entry, at) ?? nothing;
  return readListChange(preparation, entry, at);
}

function checkShape(map: ReadonlyMap<string, Entry>, isPrivate: boolean): string | undefined {
  const keys = [...map.keys()];
  for (const key of keys) {
    if (!key.startsWith('$')) return 'an operator cannot stand beside other keys';
    if (operators.includes(key)) continue;
    if (isPrivate) return 'unknown operator';
    const near = nearest(key, operators);
    return near === undefined
      ? `unknown operator ${describeFound(key)}`
      : `unknown operator ${describeFound(key)}. Did you mean "${near}"?`;
  }
  const isListChange = keys.every((key) => listOperators.some((operator) => operator === key));
  const isValue = keys.length === 1 || (keys.length === 2 && map.has('$env') && map.has('$default'));
  if (isListChange || (isValue && !(keys.length === 1 && map.has('$default')))) return undefined;
  if (keys.length === 1) return 'the operator $default stands beside $env only';
  return `the operators ${keys.join(' and ')} cannot stand together`;
}

function readUnset(preparation: Preparation, entry: Entry, at: At): Patch | undefined {
  const value = (entry.value as ReadonlyMap<string, Entry>).get('$unset');
  if (value?.value === true && at.path.length > 0)
    return { kind: 'unset', source: preparation.sourceOf(entry) };
  preparation.complain(entry, at, { text: `$unset: expected true, found ${preparation.found(value)}` });
  return undefined;
}

function readValue(preparation: Preparation, entry: Entry, at: At): Patch | undefined {
  const map = entry.value as ReadonlyMap<string, Entry>;
  const operator = map.has('$env') ? '$env' : '$file';
  const name = map.get(operator)?.value;
  if (typeof name !== 'string' || name === '') {
    preparation.complain(entry, at, {
      text: `${operator}: expected a text, found ${preparation.found(map.get(operator))}`,
    });
    return undefined;
  }
  try {
    const read = preparation.layer.values.read(operator, name, at.schema);
    if (read !== undefined) return preparation.set({ entry, at, operator }, read);
    const fallback = map.get('$default');
    // A default is written in the file itself, so that it counts as set there: no secret hides in it.
    if (fallback !== undefined) return preparation.prepare({ ...fallback, line: entry.line }, at);
    preparation.complain(entry, at, { text: `$env: the environment variable ${name} is not set` });
  } catch (error) {
    if (!(error instanceof InvalidSettings)) throw error;
    preparation.complain(entry, at, { text: `${operator}: ${error.message.replace(/\.$/, '')}` });
  }
  return undefined;
}

function readListChange(preparation: Preparation, entry: Entry, at: At): Patch {
  const map = entry.value as ReadonlyMap<string, Entry>;
  const items = (operator: (typeof listOperators)[number]): Item[] => {
    const list = map.get(operator);
    if (list === undefined) return [];
    if (isList(list.value)) return preparation.items(list.value, { ...at, path: [...at.path, operator] });
    preparation.complain(entry, at, {
      text: `${operator}: expected a list, found ${preparation.found(list)}`,
    });
    return [];
  };
  return {
    kind: 'change',
    remove: items('$remove'),
    prepend: items('$prepend'),
    append: items('$append'),
    source: preparation.sourceOf(entry),
  };
}
