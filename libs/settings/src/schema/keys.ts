import { z } from 'zod';
import type { Application } from '../application.js';
import { settingsSchema } from './compose.js';
import { expectation } from './expectation.js';
import { hostSchema } from './host-schema.js';
import { childrenOf, itemSchema, metaOf } from './walk.js';

/** One key of the schema as documentation tells it. */
export interface SettingsKey {
  /** Dotted; `<name>` stands for a key of one's own choice, `[]` for each item of a list. */
  readonly key: string;
  readonly description: string | undefined;
  /** Completes "expected …". */
  readonly expected: string;
  readonly isMapping: boolean;
  readonly isSecret: boolean;
  readonly isOptional: boolean;
  readonly unit: 'bytes' | 'milliseconds' | undefined;
  /** What the schema itself falls back to, as a file would say it; base settings go before it. */
  readonly fallback: unknown;
}

/** Every key that an overlay of the application can hold, in the order of the schema. */
export function listSettingsKeys(application: Application): SettingsKey[] {
  return keysBelow(settingsSchema(application), '');
}

/** Every key of tenantry.yaml. */
export function listHostKeys(): SettingsKey[] {
  return keysBelow(hostSchema, '');
}

function keysBelow(schema: z.core.$ZodType, parent: string): SettingsKey[] {
  const children = childrenOf(schema);
  const item = itemSchema(schema);
  if (item !== undefined) return keysBelow(item, `${parent}[]`);
  if (children.kind === 'none') return [];
  const entries =
    children.kind === 'any' ? ([['<name>', children.each]] as const) : Object.entries(children.shape);
  return entries.flatMap(([name, child]) => {
    const key = parent === '' ? name : `${parent}.${name}`;
    return [describeKey(key, child), ...keysBelow(child, key)];
  });
}

/** One key as documentation tells it. */
export function describeKey(key: string, schema: z.core.$ZodType): SettingsKey {
  return {
    key,
    description: metaOf(schema, 'description'),
    expected: expectedOf(schema),
    isMapping: childrenOf(schema).kind !== 'none',
    isSecret: metaOf(schema, 'secret') === true,
    isOptional: schema instanceof z.ZodType && schema.safeParse(undefined).success,
    unit: metaOf(schema, 'unit'),
    fallback: fallbackOf(schema),
  };
}

/** Of a list, what its items are too; an error about the list itself need not say it. */
function expectedOf(schema: z.core.$ZodType): string {
  const item = itemSchema(schema);
  const expected = expectation(schema);
  if (item === undefined) return expected;
  if (childrenOf(item).kind !== 'none') return `${expected} of mappings, each with the keys below`;
  const each = expectedOf(item);
  return each === 'a text' ? `${expected} of texts` : `${expected}; each item ${each}`;
}

function fallbackOf(schema: z.core.$ZodType): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return schema.def.defaultValue;
  return schema instanceof z.ZodOptional || schema instanceof z.ZodReadonly
    ? fallbackOf(schema.def.innerType)
    : undefined;
}
