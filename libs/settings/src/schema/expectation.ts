import { z } from 'zod';
import { metaOf, unwrap } from './walk.js';

/** Completes "expected …": from the mark `expected`, else read off the schema. */
export function expectation(schema: z.core.$ZodType | undefined): string {
  if (schema === undefined) return 'another value';
  return metaOf(schema, 'expected') ?? describe(unwrap(schema));
}

function describe(schema: z.core.$ZodType): string {
  if (schema instanceof z.ZodNumber) return describeNumber(schema);
  if (schema instanceof z.ZodString) return describeText(schema);
  if (schema instanceof z.ZodEnum) return oneOf(Object.values(schema.def.entries));
  if (schema instanceof z.ZodLiteral) return oneOf(schema.def.values);
  if (schema instanceof z.ZodBoolean) return 'true or false';
  if (schema instanceof z.ZodArray) return 'a list';
  if (schema instanceof z.ZodObject || schema instanceof z.ZodRecord) return 'a mapping';
  if (schema instanceof z.ZodUnion) return [...new Set(schema.def.options.map(expectation))].join(' or ');
  if (schema instanceof z.ZodStringFormat) return `a text of the form "${schema.def.format}"`;
  return 'another value';
}

function describeNumber(schema: z.ZodNumber): string {
  const kind = schema.isInt ? 'an integer' : 'a number';
  const min = bound(schema.minValue);
  const max = bound(schema.maxValue);
  if (min !== undefined && max !== undefined) return `${kind} from ${min} to ${max}`;
  if (min !== undefined) return `${kind} of at least ${min}`;
  return max === undefined ? kind : `${kind} of at most ${max}`;
}

/** zod puts the largest safe integers where no bound was given. */
function bound(value: number | null): number | undefined {
  return value === null || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value;
}

function describeText(schema: z.ZodString): string {
  const { minLength: min, maxLength: max } = schema;
  if (min !== null && max !== null) return `a text of ${min} to ${max} characters`;
  if (min !== null && min > 0)
    return min === 1 ? 'a text that is not empty' : `a text of at least ${min} characters`;
  return max === null ? 'a text' : `a text of at most ${max} characters`;
}

function oneOf(values: readonly unknown[]): string {
  const words = values.map((value) => JSON.stringify(value));
  return words.length === 1 ? `${words[0]}` : `one of ${words.join(', ')}`;
}
