import { isDeepStrictEqual } from 'node:util';
import type { Scalar } from '../files/entry.js';
import { failWith } from '../files/problem.js';
import { Secret } from '../secret.js';
import type { Item, ListChange, Patch } from './patch.js';
import type { Source } from './types.js';

/**
 * A merged value that remembers where it was set and what was there before: `$unset` goes one step down.
 * Nodes are never changed, so tenants share the nodes of their base.
 */
export type Node = { readonly source: Source; readonly below: Node | undefined } & (
  | { readonly kind: 'scalar'; readonly value: Scalar | Secret }
  | { readonly kind: 'list'; readonly items: readonly Item[] }
  | { readonly kind: 'map'; readonly children: ReadonlyMap<string, Node> }
);

/** The settings after one more layer: mappings merge, scalars and lists replace, operators do what they say. */
export function merge(node: Node | undefined, patch: Patch, key = ''): Node | undefined {
  const { source } = patch;
  switch (patch.kind) {
    case 'set':
      return { kind: 'scalar', value: patch.value, source, below: node };
    case 'list':
      return { kind: 'list', items: patch.items, source, below: node };
    case 'change':
      return { kind: 'list', items: changeList(node, patch, key), source, below: node };
    case 'unset':
      return node?.below;
    default:
      return { kind: 'map', children: mergeChildren(node, patch.children, key), source, below: node };
  }
}

function mergeChildren(
  node: Node | undefined,
  patches: ReadonlyMap<string, Patch>,
  key: string,
): ReadonlyMap<string, Node> {
  const children = new Map(node?.kind === 'map' ? node.children : []);
  for (const [name, patch] of patches) {
    const merged = merge(children.get(name), patch, key === '' ? name : `${key}.${name}`);
    if (merged === undefined) children.delete(name);
    else children.set(name, merged);
  }
  return children;
}

function changeList(node: Node | undefined, change: ListChange, key: string): readonly Item[] {
  if (node !== undefined && node.kind !== 'list') {
    const place =
      node.source.line === undefined ? node.source.file : `${node.source.file}:${node.source.line}`;
    const found = node.kind === 'map' ? 'a mapping' : 'a single value';
    failWith({
      ...change.source,
      key,
      text: `changes a list, but the layers below have ${found} (${place})`,
    });
  }
  const kept = (node?.items ?? []).filter(
    ({ value }) => !change.remove.some((wanted) => matches(value, wanted.value)),
  );
  return [...change.prepend, ...kept, ...change.append];
}

/** Equal, or, where a mapping is asked for, a mapping with at least these keys and values. */
function matches(value: unknown, wanted: unknown): boolean {
  if (!isRecord(wanted) || !isRecord(value)) return isDeepStrictEqual(value, wanted);
  return Object.entries(wanted).every(
    ([key, part]) => Object.hasOwn(value, key) && matches(value[key], part),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Plain data of nodes that many tenants share. */
export type PlainNodes = Map<Node, unknown>;

/**
 * The merged settings as plain data for the schema; secrets are opened, for the schema closes them again. A node that
 * is in `known` has the very same plain data each time.
 */
export function nodeToPlain(node: Node | undefined, known?: Pick<PlainNodes, 'get'>): unknown {
  if (node === undefined) return undefined;
  if (node.kind === 'scalar') return node.value instanceof Secret ? node.value.reveal() : node.value;
  const shared = known?.get(node);
  if (shared !== undefined) return shared;
  if (node.kind === 'list') return node.items.map((item) => item.value);
  return Object.fromEntries([...node.children].map(([key, child]) => [key, nodeToPlain(child, known)]));
}

/** The plain data of every mapping and list of the base. */
export function plainNodes(base: Node | undefined, plain: PlainNodes = new Map()): PlainNodes {
  if (base === undefined || base.kind === 'scalar') return plain;
  if (base.kind === 'map') for (const child of base.children.values()) plainNodes(child, plain);
  return plain.set(base, nodeToPlain(base, plain));
}

/** Where the value at the path was set, or the nearest mapping around it that a layer has. */
export function locate(
  root: Node | undefined,
  path: readonly PropertyKey[],
): { source: Source; isExact: boolean } | undefined {
  let node = root;
  for (const [depth, part] of path.entries()) {
    if (node === undefined) return undefined;
    if (node.kind === 'list') {
      return { source: node.items[Number(part)]?.source ?? node.source, isExact: depth === path.length - 1 };
    }
    const child: Node | undefined = node.kind === 'map' ? node.children.get(String(part)) : undefined;
    if (child === undefined) return { source: node.source, isExact: false };
    node = child;
  }
  return node === undefined ? undefined : { source: node.source, isExact: true };
}
