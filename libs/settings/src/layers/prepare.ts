import type { z } from 'zod';
import { describeFound, isList, isMap, toPlain, type Entry } from '../files/entry.js';
import type { Problem } from '../files/problem.js';
import { keyOf, unknownKey, type Path } from '../schema/validate.js';
import { childrenOf, childSchema, itemSchema, metaOf } from '../schema/walk.js';
import { Secret } from '../secret.js';
import { isOperator, readOperator } from './operators.js';
import type { Item, Patch } from './patch.js';
import type { LayerKind, Operator, Source } from './types.js';
import type { ValueReader } from './value-reader.js';

/** One layer as it was read, and what is needed to judge it. */
export interface RawLayer {
  readonly kind: LayerKind;
  readonly file: string;
  readonly entry: Entry;
  readonly values: ValueReader;
}

/** Whose keys exist elsewhere, so that the error can say where they belong. */
export interface KeyRules {
  readonly schema: z.core.$ZodType;
  /** Top-level keys of tenantry.yaml. */
  readonly hostKeys: ReadonlySet<string>;
  /** Keys that the schema marks secret are left out unread. */
  readonly skipsSecrets?: boolean | undefined;
}

/** Turns a layer into a patch: unknown keys, secrets in the wrong place and misplaced operators are all found at once. */
export function prepareLayer(layer: RawLayer, rules: KeyRules): { patch: Patch; problems: Problem[] } {
  const preparation = new Preparation(layer, rules);
  return {
    patch: preparation.prepare(layer.entry, { schema: rules.schema, path: [] }),
    problems: preparation.problems,
  };
}

export interface At {
  readonly schema: z.core.$ZodType | undefined;
  readonly path: Path;
}

export class Preparation {
  readonly layer: RawLayer;
  readonly problems: Problem[] = [];
  readonly #rules: KeyRules;

  constructor(layer: RawLayer, rules: KeyRules) {
    this.layer = layer;
    this.#rules = rules;
  }

  prepare(entry: Entry, at: At): Patch {
    if (isMap(entry.value)) {
      return isOperator(entry.value)
        ? readOperator(this, entry, at)
        : this.#prepareMap(entry, entry.value, at);
    }
    if (isList(entry.value)) {
      return {
        kind: 'list',
        items: this.items(entry.value, at),
        operator: 'set',
        source: this.sourceOf(entry),
      };
    }
    return this.set({ entry, at, operator: 'set' }, entry.value);
  }

  /** A scalar at a key: closed at once where the schema calls it a secret, refused where secrets have no place. */
  set({ entry, at, operator }: { entry: Entry; at: At; operator: Operator }, value: Entry['value']): Patch {
    const source = this.sourceOf(entry);
    const isSecret = metaOf(at.schema, 'secret') === true;
    this.#judgeSecrecy({ isSecret, operator }, entry, at);
    if (isList(value)) {
      const items = value.map((item) => ({ ...item, line: entry.line }));
      return { kind: 'list', items: this.items(items, at), operator, source };
    }
    if (isMap(value)) return this.#prepareMap(entry, value, at);
    if (!isSecret || value === null) return { kind: 'set', value, operator, source };
    return { kind: 'set', value: new Secret(String(value)), operator, source };
  }

  items(entries: readonly Entry[], at: At): Item[] {
    const schema = itemSchema(at.schema);
    return entries.map((entry, index) => ({
      value: this.#plainItem(entry, { schema, path: [...at.path, index] }),
      source: this.sourceOf(entry),
    }));
  }

  complain(entry: Entry, at: At, problem: { readonly text: string; readonly hint?: string }): void {
    this.problems.push({ ...this.sourceOf(entry), key: this.#nameOf(at.path), ...problem });
  }

  /** What an error may say about a value: nothing of a file that holds secrets. */
  found(entry: Entry | undefined): string {
    if (entry === undefined) return 'nothing';
    return this.layer.kind === 'secrets' ? '[secret]' : describeFound(toPlain(entry));
  }

  sourceOf(entry: Entry): Source {
    return { file: this.layer.file, line: entry.line };
  }

  #prepareMap(entry: Entry, map: ReadonlyMap<string, Entry>, at: At): Patch {
    const children = new Map<string, Patch>();
    for (const [key, child] of map) {
      const path = [...at.path, key];
      if (!this.#isKnown(child, { schema: at.schema, path })) continue;
      const schema = childSchema(at.schema, key);
      if (this.#rules.skipsSecrets === true && metaOf(schema, 'secret') === true) continue;
      children.set(key, this.prepare(child, { schema, path }));
    }
    return { kind: 'merge', children, source: this.sourceOf(entry) };
  }

  #isKnown(entry: Entry, at: At): boolean {
    const key = String(at.path.at(-1));
    const children = childrenOf(at.schema);
    if (key.startsWith('$')) {
      this.complain(entry, at, { text: 'an operator cannot stand beside other keys' });
      return false;
    }
    if (children.kind !== 'keys' || Object.hasOwn(children.shape, key)) return true;
    if (at.path.length === 1 && this.#rules.hostKeys.has(key)) {
      this.complain(entry, at, {
        text: 'is a setting of the host',
        hint: 'Set it in tenantry.yaml; no tenant can.',
      });
    } else {
      this.#complainUnknown(entry, at);
    }
    return false;
  }

  #complainUnknown(entry: Entry, at: At): void {
    const { key: _key, text, ...hint } = unknownKey(at.schema, at.path);
    this.complain(entry, at, { text: this.layer.kind === 'secrets' ? `holds an ${text}` : text, ...hint });
  }

  /** One forgotten quote turns a password into a key: of a file that holds secrets, only keys of the schema are named. */
  #nameOf(path: Path): string {
    if (this.layer.kind !== 'secrets') return keyOf(path);
    let schema: z.core.$ZodType | undefined = this.#rules.schema;
    const known = path.findIndex((part) => {
      const children = childrenOf(schema);
      schema = childSchema(schema, part);
      return children.kind !== 'keys' || schema === undefined;
    });
    return keyOf(known === -1 ? path : path.slice(0, known));
  }

  #plainItem(entry: Entry, at: At): unknown {
    if (isList(entry.value)) return this.items(entry.value, at).map((item) => item.value);
    if (!isMap(entry.value)) {
      this.#judgeSecrecy({ isSecret: metaOf(at.schema, 'secret') === true, operator: 'set' }, entry, at);
      return entry.value;
    }
    if (isOperator(entry.value)) {
      const patch = readOperator(this, entry, at);
      if (patch.kind === 'set') return patch.value instanceof Secret ? patch.value.reveal() : patch.value;
      this.complain(entry, at, {
        text: 'expected $env or $file, the only operators that a list item can be',
      });
      return null;
    }
    const plain: [string, unknown][] = [];
    for (const [key, child] of entry.value) {
      const path = [...at.path, key];
      if (!this.#isKnown(child, { schema: at.schema, path })) continue;
      plain.push([key, this.#plainItem(child, { schema: childSchema(at.schema, key), path })]);
    }
    return Object.fromEntries(plain);
  }

  #judgeSecrecy(
    { isSecret, operator }: { isSecret: boolean; operator: Operator },
    entry: Entry,
    at: At,
  ): void {
    const { kind } = this.layer;
    if (isSecret && operator === 'set' && kind !== 'secrets' && kind !== 'environment') {
      const hint = 'Move it to secrets.yaml, or read it with { $file: … } or { $env: … }.';
      this.complain(entry, at, { text: 'is a secret, which this file must not hold', hint });
    }
    if (!isSecret && kind === 'secrets' && at.schema !== undefined) {
      this.complain(entry, at, { text: 'is not a secret', hint: 'Move it to settings.yaml.' });
    }
  }
}
