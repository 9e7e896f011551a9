import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Alias,
  type Node,
  type YAMLMap,
} from 'yaml';
import { describeFound, type Entry } from './entry.js';
import { failWith, joinKey } from './problem.js';
import { readSimpleYaml } from './simple-yaml.js';
import { decodeText } from './text.js';
import { describeYamlError } from './yaml-errors.js';

export interface YamlSource {
  readonly name: string;
  readonly bytes: Buffer;
  /** Keep the file's own words out of errors. */
  readonly isPrivate?: boolean;
  /** A value such as an environment variable's: lines in it would mean nothing to the reader of an error. */
  readonly isSingleValue?: boolean;
}

const maxDepth = 32;
/** Values after aliases are followed: what makes a "billion laughs" document an error instead of a full memory. */
const maxValues = 20_000;
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Reads YAML 1.2 as data with line numbers; anything else than scalars, lists and mappings is an InvalidSettings. */
export function parseYaml(source: YamlSource): Entry {
  return parseYamlText(source, decodeText(source.name, source.bytes));
}

/** The same for text that was decoded before. */
export function parseYamlText(source: Omit<YamlSource, 'bytes'>, text: string): Entry {
  return (source.isSingleValue === true ? undefined : readSimpleYaml(text)) ?? parseWholeYaml(source, text);
}

/** The same, whatever the YAML. */
export function parseWholeYaml(source: Omit<YamlSource, 'bytes'>, text: string): Entry {
  const lines = new LineCounter();
  const document = parse(source, text, lines);
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) failWith(describeYamlError(source, problem, { text, lines }));
  return new EntryReader(source, lines).read(document.contents);
}

function parse(source: Omit<YamlSource, 'bytes'>, text: string, lineCounter: LineCounter) {
  try {
    // uniqueKeys compares each key with each other one: quadratic, so the reader below looks for duplicates itself.
    const options = { lineCounter, uniqueKeys: false, prettyErrors: false, logLevel: 'error' } as const;
    return parseDocument(text, { ...options, version: '1.2', schema: 'core', merge: false });
  } catch (error) {
    if (error instanceof RangeError)
      failWith({ file: source.name, text: `is nested more than ${maxDepth} deep` });
    throw error;
  }
}

/** Turns one document's nodes into entries, bounded in depth and in size. */
class EntryReader {
  readonly #source: Omit<YamlSource, 'bytes'>;
  readonly #lines: LineCounter;
  readonly #anchors = new Map<string, { entry: Entry; size: number }>();
  #size = 0;

  constructor(source: Omit<YamlSource, 'bytes'>, lines: LineCounter) {
    this.#source = source;
    this.#lines = lines;
  }

  read(node: unknown): Entry {
    return this.#read(node, { line: 1, key: '', depth: 0 });
  }

  #read(node: unknown, place: Place): Entry {
    if (place.depth > maxDepth) this.#fail(place, `is nested more than ${maxDepth} deep`);
    const before = this.#size;
    this.#grow(1, place);
    if (isAlias(node)) return this.#follow(node, place);
    const entry = { line: this.#tell(place.line), value: this.#value(node, place) };
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, { entry, size: this.#size - before });
    return entry;
  }

  #value(node: unknown, place: Place): Entry['value'] {
    if (isMap(node)) return this.#map(node, place);
    if (isSeq(node)) {
      return node.items.map((item, index) =>
        this.#read(item, {
          line: this.#lineOf(item) ?? place.line,
          key: joinKey(place.key, index),
          depth: place.depth + 1,
        }),
      );
    }
    const value = isScalar(node) ? node.value : node;
    if (value === null || value === undefined) return null;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
    return this.#fail(place, 'expected a text, a number, true, false, a list or a mapping');
  }

  #map(node: YAMLMap, place: Place): ReadonlyMap<string, Entry> {
    const entries = new Map<string, Entry>();
    for (const pair of node.items) {
      const line = this.#lineOf(pair.key) ?? place.line;
      const name = this.#keyName(pair.key, { ...place, line });
      const key = joinKey(place.key, name);
      const first = entries.get(name);
      if (first !== undefined) this.#fail({ line, key }, `is set twice, first in line ${first.line}`);
      entries.set(name, this.#read(pair.value, { line, key, depth: place.depth + 1 }));
    }
    return entries;
  }

  #keyName(key: unknown, place: Place): string {
    const value = isScalar(key) ? key.value : key;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      return this.#fail(place, `expected a word as key, found ${describeFound(isScalar(key) ? value : [])}`);
    }
    const name = String(value);
    if (forbiddenKeys.has(name))
      this.#fail({ ...place, key: joinKey(place.key, name) }, 'this key is not allowed');
    return name;
  }

  #follow(alias: Alias, place: Place): Entry {
    const target = this.#anchors.get(alias.source);
    if (target === undefined) return this.#fail(place, 'refers to an anchor that is not set above');
    this.#grow(target.size, place);
    return { line: this.#tell(place.line), value: target.entry.value };
  }

  #grow(by: number, place: Place): void {
    this.#size += by;
    if (this.#size > maxValues) this.#fail(place, `the file expands to more than ${maxValues} values`);
  }

  #lineOf(node: unknown): number | undefined {
    const start = (node as Partial<Node> | null | undefined)?.range?.[0];
    return start === undefined ? undefined : this.#lines.linePos(start).line;
  }

  #tell(line: number): number | undefined {
    return this.#source.isSingleValue === true ? undefined : line;
  }

  #fail(place: { readonly line: number; readonly key: string }, text: string): never {
    // In a private file, a forgotten quote turns a password into a key.
    const key = this.#source.isPrivate === true ? undefined : place.key;
    return failWith({ file: this.#source.name, line: this.#tell(place.line), key, text });
  }
}

interface Place {
  readonly line: number;
  readonly key: string;
  readonly depth: number;
}
