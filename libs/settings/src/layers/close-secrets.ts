import type { z } from 'zod';
import { isRecord } from '../schema/validate.js';
import { childSchema, metaOf } from '../schema/walk.js';
import { Secret } from '../secret.js';

/** The schema of a key; undefined where the schema above it does not say. */
export function schemaAt(schema: z.core.$ZodType, path: readonly string[]): z.core.$ZodType | undefined {
  return path.reduce<z.core.$ZodType | undefined>(childSchema, schema);
}

/**
 * The value with a `Secret` wherever the schema marks one. Most are closed already; the items of a list are plain data
 * until they are validated, and a section may mark a key without making a `Secret` of it.
 */
export function closeSecrets(value: unknown, schema: z.core.$ZodType | undefined): unknown {
  if (value === null || value === undefined || isClosed(value)) return value;
  if (metaOf(schema, 'secret') === true) return new Secret(JSON.stringify(value));
  if (Array.isArray(value)) return value.map((item, index) => closeSecrets(item, childSchema(schema, index)));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, closeSecrets(child, childSchema(schema, key))]),
  );
}

/** Not by class: a release brings its own copy of it. */
function isClosed(value: unknown): boolean {
  return typeof (value as Partial<Secret>).reveal === 'function';
}
