import type { z } from 'zod';
import { isRecord } from './validate.js';
import { plainKeysOf } from './walk.js';

/** Settings that the schema accepted, and what it made of them. */
export interface Accepted {
  readonly input: unknown;
  readonly output: unknown;
}

/**
 * What the schema makes of `input`, where it has much in common with settings that were accepted before: the tenants of
 * a home mostly have their base in common. What is the same is taken over, the rest is validated. Undefined where the
 * schema refuses it. Counts on schemas that make the same of the same.
 */
export function revalidate(
  schema: z.core.$ZodType,
  input: unknown,
  accepted: Accepted,
): { readonly value: unknown } | undefined {
  if (input === accepted.input) return { value: accepted.output };
  const merged = revalidateObject(schema, input, accepted);
  if (merged !== undefined) return { value: merged };
  const result = schema._zod.run({ value: input, issues: [] }, { jitless: true, async: false });
  return result instanceof Promise || result.issues.length > 0 ? undefined : { value: result.value };
}

/** Undefined where key by key is no way to do it: with rules across keys, keys that are unknown or that went missing. */
function revalidateObject(schema: z.core.$ZodType, input: unknown, accepted: Accepted): unknown {
  const keys = plainKeysOf(schema);
  const { input: before, output: made } = accepted;
  if (keys === undefined || !isRecord(input) || !isRecord(before) || !isRecord(made)) return undefined;
  if ((schema._zod.def.checks?.length ?? 0) > 0) return undefined;
  const output: Record<string, unknown> = {};
  let found = 0;
  for (const [key, child] of keys) {
    if (Object.hasOwn(input, key)) {
      found += 1;
      const result = revalidate(child, input[key], { input: before[key], output: made[key] });
      if (result?.value === undefined) return undefined;
      output[key] = result.value;
    } else if (Object.hasOwn(before, key)) {
      return undefined;
    } else if (Object.hasOwn(made, key)) {
      output[key] = made[key];
    }
  }
  return found === Object.keys(input).length ? output : undefined;
}
