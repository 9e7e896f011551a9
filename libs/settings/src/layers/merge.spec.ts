import { describe, expect, it } from '@jest/globals';
import { Load } from 'config/lib/util.js';
import * as fc from 'fast-check';
import { z } from 'zod';
import { toPlain } from '../files/entry.js';
import { parseYaml } from '../files/parse-yaml.js';
import { merge, nodeToPlain, type Node } from './merge.js';
import { prepareLayer } from './prepare.js';
import { ValueReader } from './value-reader.js';

type Data = { [key: string]: unknown };

const values = new ValueReader({ env: {}, folder: '/', roots: [] });

function patchOf(layer: Data) {
  const entry = parseYaml({ name: 'layer.yaml', bytes: Buffer.from(JSON.stringify(layer)) });
  const rules = { schema: z.unknown(), hostKeys: new Set<string>() };
  return { entry, ...prepareLayer({ kind: 'overlay', file: 'layer.yaml', entry, values }, rules) };
}

function mergeLayers(layers: readonly Data[]): unknown {
  const root = layers.reduce<Node | undefined>((node, layer) => merge(node, patchOf(layer).patch), undefined);
  return nodeToPlain(root);
}

const keys = fc.constantFrom('a', 'b', 'c', 'd');
const scalars = fc.oneof(fc.integer(), fc.boolean(), fc.string(), fc.constant(null));
const lists = fc.array(fc.oneof(scalars, fc.dictionary(keys, scalars, { maxKeys: 2 })), { maxLength: 4 });
const { mapping } = fc.letrec<{ value: unknown; mapping: Data }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scalars, lists, tie('mapping')),
  mapping: fc.dictionary(keys, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));
const plainLayers = fc.array(mapping, { minLength: 1, maxLength: 5 });

/** The contract's one sentence, word for word: mappings merge, scalars and lists replace. */
function naive(below: unknown, above: unknown): unknown {
  if (!isRecord(above)) return above;
  const merged: Data = isRecord(below) ? { ...below } : {};
  for (const [key, value] of Object.entries(above)) merged[key] = naive(merged[key], value);
  return merged;
}

function isRecord(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

describe('merging layers', () => {
  it('is what the contract says: mappings merge, scalars and lists replace', () => {
    fc.assert(
      fc.property(plainLayers, (layers) => {
        expect(mergeLayers(layers)).toEqual(layers.reduce<unknown>(naive, {}));
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with node-config where there are no operators', () => {
    fc.assert(
      fc.property(plainLayers, (layers) => {
        const load = new Load({});
        for (const [index, layer] of layers.entries())
          load.addConfig(`layer ${index}`, structuredClone(layer));
        expect(mergeLayers(layers)).toEqual(load.config);
      }),
      { numRuns: 200 },
    );
  });

  it('is deterministic and leaves its input as it was', () => {
    fc.assert(
      fc.property(plainLayers, (layers) => {
        const patches = layers.map(patchOf);
        const before = patches.map(({ entry }) => toPlain(entry));
        const apply = () =>
          patches.reduce<Node | undefined>((node, { patch }) => merge(node, patch), undefined);
        const [first, second] = [apply(), apply()];
        expect(nodeToPlain(first)).toEqual(nodeToPlain(second));
        expect(patches.map(({ entry }) => toPlain(entry))).toEqual(before);
      }),
      { numRuns: 100 },
    );
  });

  it('gives every layer a base that a later merge does not change', () => {
    fc.assert(
      fc.property(mapping, mapping, mapping, (base, first, second) => {
        const root = merge(undefined, patchOf(base).patch);
        const alone = nodeToPlain(merge(root, patchOf(first).patch));
        merge(root, patchOf(second).patch);
        expect(nodeToPlain(merge(root, patchOf(first).patch))).toEqual(alone);
        expect(nodeToPlain(root)).toEqual(base);
      }),
      { numRuns: 100 },
    );
  });
});

describe('keys that reach a prototype', () => {
  const names = [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'valueOf',
    '__defineGetter__',
  ];

  it('never change it, whatever the document', () => {
    const anyKey = fc.oneof(keys, fc.constantFrom(...names));
    const { text } = fc.letrec<{ text: string }>((tie) => ({
      text: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('1', '"x"', '[]', '{}'),
        fc.array(fc.tuple(anyKey, tie('text')), { maxLength: 3 }).map((pairs) => {
          return `{${pairs.map(([key, value]) => `"${key}": ${value}`).join(', ')}}`;
        }),
      ),
    }));
    const before = Object.getOwnPropertyNames(Object.prototype).sort();
    fc.assert(
      fc.property(text, (document) => {
        try {
          const entry = parseYaml({ name: 'x.yaml', bytes: Buffer.from(document) });
          nodeToPlain(merge(undefined, patchOf(toPlain(entry) as Data).patch));
        } catch (error) {
          expect(error).toHaveProperty('exitCode', 78);
        }
        expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before);
        expect({}).not.toHaveProperty('x');
      }),
      { numRuns: 300 },
    );
  });
});

/** One key through the layers, as a person would do it on paper: a stack for `$unset`, arrays for the list operators. */
function foldList(layers: readonly Data[]): unknown {
  const stack: unknown[][] = [];
  for (const { k } of layers) {
    const top = stack.at(-1) ?? [];
    if (Array.isArray(k)) stack.push(k);
    else if (isRecord(k) && k['$unset'] === true) stack.pop();
    else if (isRecord(k)) {
      const [removed, front, back] = [listAt(k, '$remove'), listAt(k, '$prepend'), listAt(k, '$append')];
      stack.push([...front, ...top.filter((item) => !removed.includes(item)), ...back]);
    }
  }
  return stack.at(-1);
}

function listAt(operators: Data, name: string): unknown[] {
  const list = operators[name];
  return Array.isArray(list) ? list : [];
}

describe('operators over all layers', () => {
  const items = fc.array(fc.constantFrom('x', 'y', 'z', 1, true), { maxLength: 3 });
  const operation = fc.oneof(
    items,
    fc
      .record({ $append: items, $prepend: items, $remove: items }, { requiredKeys: [] })
      .filter((o) => Object.keys(o).length > 0),
    fc.constant({ $unset: true }),
  );
  const layers = fc.array(fc.oneof(fc.record({ k: operation }), fc.constant({})), {
    minLength: 1,
    maxLength: 6,
  });

  it('compose in order, equal to doing it by hand', () => {
    fc.assert(
      fc.property(layers, (given) => {
        const merged = mergeLayers([{ other: 1 }, ...given]);
        expect((merged as Data)['k']).toEqual(foldList(given));
      }),
      { numRuns: 500 },
    );
  });

  it('take away items by a key of theirs', () => {
    const base = { k: [{ name: 'a', size: 1 }, { name: 'b', size: 1 }, 'a'] };
    expect(mergeLayers([base, { k: { $remove: [{ name: 'a' }] } }])).toEqual({
      k: [{ name: 'b', size: 1 }, 'a'],
    });
  });

  it('take a whole mapping back to what it was before the last layer that touched it', () => {
    const layers3 = [{ k: { a: 1, b: 1 } }, { k: { b: 2, c: 2 } }, { k: { $unset: true } }];
    expect(mergeLayers(layers3)).toEqual({ k: { a: 1, b: 1 } });
  });
});
