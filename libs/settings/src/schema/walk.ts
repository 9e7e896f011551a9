import { z } from 'zod';
import type { FieldMeta } from './fields.js';

/** Below a mapping: fixed keys, any keys of one kind, or unknown to us. */
export type Children =
  | { readonly kind: 'keys'; readonly shape: Readonly<Record<string, z.core.$ZodType>> }
  | { readonly kind: 'any'; readonly each: z.core.$ZodType }
  | { readonly kind: 'none' };

/** What `find` says of a schema, which never changes: reading a fleet asks the same of the same schemas for each tenant. */
function remembered<Found>(find: (schema: z.core.$ZodType) => Found): (schema: z.core.$ZodType) => Found {
  const known = new WeakMap<z.core.$ZodType, { readonly found: Found }>();
  return (schema) => {
    const earlier = known.get(schema);
    if (earlier !== undefined) return earlier.found;
    const found = find(schema);
    known.set(schema, { found });
    return found;
  };
}

/** The schema inside wrappers that do not change what may be written: optional, default, readonly, transform. */
export const unwrap = remembered((schema): z.core.$ZodType => {
  const inner = innerOf(schema);
  return inner === undefined ? schema : unwrap(inner);
});

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
  return schema === undefined ? undefined : marksOf(schema)[key];
}

const marksOf = remembered((schema): FieldMeta => {
  const own: { readonly [K in keyof FieldMeta]?: FieldMeta[K] | undefined } | undefined =
    z.globalRegistry.get(schema);
  const inner = innerOf(schema);
  const given = Object.entries(own ?? {}).filter(([, value]) => value !== undefined);
  return { ...(inner === undefined ? {} : marksOf(inner)), ...Object.fromEntries(given) };
});

export function childrenOf(schema: z.core.$ZodType | undefined): Children {
  return schema === undefined ? none : knownChildrenOf(schema);
}

const none: Children = { kind: 'none' };

const knownChildrenOf = remembered((schema): Children => {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return { kind: 'keys', shape: inner.def.shape };
  if (inner instanceof z.ZodRecord) return { kind: 'any', each: inner.def.valueType };
  if (inner instanceof z.ZodUnion) {
    return inner.def.options.map(childrenOf).find((children) => children.kind !== 'none') ?? none;
  }
  return none;
});

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
  return schema === undefined ? undefined : knownItemSchema(schema);
}

const knownItemSchema = remembered((schema): z.core.$ZodType | undefined => {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) return inner.def.element;
  if (inner instanceof z.ZodUnion)
    return inner.def.options.map(itemSchema).find((item) => item !== undefined);
  return undefined;
});

/**
 * The keys of a mapping that can be read as an empty one where it is missing, so that errors name the keys it lacks;
 * undefined for any other schema.
 */
export const plainKeysOf = remembered(
  (schema): readonly (readonly [key: string, schema: z.core.$ZodType])[] | undefined =>
    schema instanceof z.ZodObject ? Object.entries(schema.def.shape) : undefined,
);
