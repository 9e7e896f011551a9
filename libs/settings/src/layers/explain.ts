import type { z } from 'zod';
import { closeSecrets, schemaAt } from './close-secrets.js';
import type { Item, ListChange, Patch } from './patch.js';
import type { PreparedLayer } from './loaded.js';
import type { Operator, Touch } from './types.js';

/** What each layer did to the key or to a mapping around it, lowest layer first. */
export function explainKey(
  layers: readonly PreparedLayer[],
  path: readonly string[],
  schema: z.core.$ZodType,
): Touch[] {
  return layers.flatMap(({ layer: { kind }, patch }) => {
    const found = findPatch(patch, path);
    return found === undefined
      ? []
      : describePatch(found.patch).map(({ operator, value }) => ({
          ...found.patch.source,
          ...{ kind, operator, value: closeSecrets(value, schemaAt(schema, path.slice(0, found.depth))) },
        }));
  });
}

/** The patch at the path; one that sets or unsets a mapping around it speaks for the path, too. */
function findPatch(patch: Patch, path: readonly string[]): { patch: Patch; depth: number } | undefined {
  let found = patch;
  for (const [depth, key] of path.entries()) {
    if (found.kind !== 'merge') return { patch: found, depth };
    const child = found.children.get(key);
    if (child === undefined) return undefined;
    found = child;
  }
  return { patch: found, depth: path.length };
}

function describePatch(patch: Patch): { operator: Operator; value: unknown }[] {
  switch (patch.kind) {
    case 'set':
      return [{ operator: patch.operator, value: patch.value }];
    case 'list':
      return [{ operator: patch.operator, value: patch.items.map((item) => item.value) }];
    case 'unset':
      return [{ operator: '$unset', value: true }];
    case 'change':
      return describeChange(patch);
    default:
      return [{ operator: 'set', value: patchValue(patch) }];
  }
}

/** In the order in which they are done. */
function describeChange(change: ListChange): { operator: Operator; value: unknown }[] {
  const done: [Operator, readonly Item[]][] = [
    ['$remove', change.remove],
    ['$prepend', change.prepend],
    ['$append', change.append],
  ];
  return done
    .filter(([, items]) => items.length > 0)
    .map(([operator, items]) => ({ operator, value: items.map((item) => item.value) }));
}

function patchValue(patch: Patch): unknown {
  if (patch.kind !== 'merge') return describePatch(patch)[0]?.value;
  return Object.fromEntries([...patch.children].map(([key, child]) => [key, patchValue(child)]));
}
