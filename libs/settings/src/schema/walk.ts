import { z } from 'zod';
import type { FieldMeta } from './fields.js';

/** Below a mapping: fixed keys, any keys of one kind, or unknown to us. */
export type Children =
  | { readonly kind: 'keys'; readonly shape: Readonly<Record<string, z.core.$ZodType>> }
  | { readonly kind: 'any'; readonly each: z.core.$ZodType }
  | { readonly kind: 'none' };

/** The schema inside wrappers that do not change what may be written: optional, default, readonly, transform. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const inner = innerOf(schema);
  return inner === undefined ? schema : unwrap(inner);
}

function innerOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodPipe)
    return schema.def.in instanceof z.ZodTransform ? schema.def.out : schema.def.in;
  if (schema instanceof z.ZodLazy) return schema.def.getter();
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodCatch ||
    schema instanceof z.ZodReadonly ||
    schema instanceof z.ZodNonOptional
  ) {
    return schema.def.innerType;
  }
  return undefined;
}

/** The outermost value of a mark, looking through wrappers: `.optional()` hides what is inside from zod's own registry. */
export function metaOf<Key extends keyof FieldMeta>(
  schema: z.core.$ZodType | undefined,
  key: Key,
): FieldMeta[Key] | undefined {
  if (schema === undefined) return undefined;
  const own: { readonly [K in keyof FieldMeta]?: FieldMeta[K] | undefined } | undefined =
    z.globalRegistry.get(schema);
  return own?.[key] ?? metaOf(innerOf(schema), key);
}

export function childrenOf(schema: z.core.$ZodType | undefined): Children {
  if (schema === undefined) return { kind: 'none' };
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return { kind: 'keys', shape: inner.def.shape };
  if (inner instanceof z.ZodRecord) return { kind: 'any', each: inner.def.valueType };
  if (inner instanceof z.ZodUnion) {
    return inner.def.options.map(childrenOf).find((children) => children.kind !== 'none') ?? { kind: 'none' };
  }
  return { kind: 'none' };
}

/** The schema of one key or list item; undefined where the schema does not say. */
export function childSchema(
  schema: z.core.$ZodType | undefined,
  key: PropertyKey,
): z.core.$ZodType | undefined {
  if (schema === undefined) return undefined;
  const item = itemSchema(schema);
  if (item !== undefined && (typeof key === 'number' || /^\d+$/.test(String(key)))) return item;
  const children = childrenOf(schema);
  if (children.kind === 'any') return children.each;
  return children.kind === 'keys' && Object.hasOwn(children.shape, key)
    ? children.shape[String(key)]
    : undefined;
}

/** The schema of a list's items; undefined where the schema is no list. */
export function itemSchema(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  if (schema === undefined) return undefined;
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) return inner.def.element;
  if (inner instanceof z.ZodUnion)
    return inner.def.options.map(itemSchema).find((item) => item !== undefined);
  return undefined;
}

/** True where a mapping that is missing can be read as an empty one, so that errors name the keys it lacks. */
export function isPlainObject(schema: z.core.$ZodType): schema is z.ZodObject {
  return schema instanceof z.ZodObject;
}
