import type { z } from 'zod';
import { describeFound, type Plain } from '../files/entry.js';
import { joinKey, type Problem } from '../files/problem.js';
import { nearest } from '../nearest.js';
import { expectation } from './expectation.js';
import { childrenOf, childSchema, metaOf, plainKeysOf } from './walk.js';

export type Path = readonly PropertyKey[];

/** Where the value at a path was set; for a path that nobody set, where it would be. */
export type Locate = (path: Path) => { readonly file: string; readonly line?: number | undefined };

export type Validated = { readonly value: unknown } | { readonly problems: readonly Problem[] };

/** Checks plain settings against the schema; each problem is put into our words and given its place. */
export function validate(schema: z.ZodObject, plain: Plain, locate: Locate): Validated {
  const input = fillMappings(schema, plain);
  const result = schema.safeParse(input, { reportInput: false, jitless: true });
  if (result.success) return { value: result.data };
  return {
    problems: result.error.issues.flatMap((issue) => describeIssue(issue, { schema, input, locate })),
  };
}

/**
 * Puts an empty mapping where a section is missing, so that defaults inside apply and errors name single keys. What
 * lacks nothing is returned itself.
 */
export function fillMappings(schema: z.core.$ZodType, plain: Plain): Plain {
  const keys = plainKeysOf(schema);
  if (keys === undefined || !isRecord(plain)) return plain;
  const missing: Record<string, unknown> = {};
  for (const [key, child] of keys) {
    if (plainKeysOf(child) === undefined) continue;
    const filled = fillMappings(child, plain[key] === undefined ? {} : plain[key]);
    if (filled !== plain[key]) missing[key] = filled;
  }
  return Object.keys(missing).length === 0 ? plain : { ...plain, ...missing };
}

interface Context {
  readonly schema: z.ZodObject;
  readonly input: Plain;
  readonly locate: Locate;
}

function describeIssue(issue: z.core.$ZodIssue, context: Context): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return { ...context.locate(path), ...unknownKey(childAt(context.schema, issue.path), path) };
    });
  }
  const schema = childAt(context.schema, issue.path);
  const place = { ...context.locate(issue.path), key: keyOf(issue.path) };
  if (
    issue.code === 'custom' &&
    metaOf(schema, 'expected') === undefined &&
    issue.message !== 'Invalid input'
  ) {
    return [{ ...place, text: issue.message.replace(/\.$/, '') }];
  }
  return [{ ...place, text: mismatch(schema, valueAt(context.input, issue.path)) }];
}

/** `expected …, found …`, without the value where it is a secret. */
export function mismatch(schema: z.core.$ZodType | undefined, value: unknown): string {
  const isSecret = metaOf(schema, 'secret') === true && value !== undefined && value !== null;
  return `expected ${expectation(schema)}, found ${isSecret ? '[secret]' : describeFound(value)}`;
}

/** The complaint about a key that the schema does not have, with the nearest one that it has. */
export function unknownKey(
  parent: z.core.$ZodType | undefined,
  path: Path,
): { key: string; text: string; hint?: string } {
  const children = childrenOf(parent);
  const known = children.kind === 'keys' ? Object.keys(children.shape) : [];
  const near = nearest(String(path.at(-1)), known);
  const key = keyOf(path);
  if (near === undefined) {
    const list = known.length > 0 && known.length <= 12 ? { hint: `Known here: ${known.join(', ')}.` } : {};
    return { key, text: 'unknown key', ...list };
  }
  return { key, text: `unknown key. Did you mean "${keyOf([...path.slice(0, -1), near])}"?` };
}

export function keyOf(path: Path): string {
  let key = '';
  for (const part of path) key = joinKey(key, typeof part === 'symbol' ? String(part) : part);
  return key;
}

function childAt(schema: z.core.$ZodType, path: Path): z.core.$ZodType | undefined {
  let found: z.core.$ZodType | undefined = schema;
  for (const part of path) found = childSchema(found, part);
  return found;
}

function valueAt(value: unknown, path: Path): unknown {
  let found = value;
  for (const part of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
    found = (found as Record<PropertyKey, unknown>)[part];
  }
  return found;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
