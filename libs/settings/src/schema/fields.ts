import { z } from 'zod';
import { Secret } from '../secret.js';
import { parseBytes, parseDuration } from '../units.js';

/**
 * What the settings keep beside a schema: read by errors, redaction and the generated documentation.
 * `expected` completes the sentence "expected …, found …".
 */
export interface FieldMeta {
  readonly description?: string;
  readonly expected?: string;
  readonly secret?: boolean;
  readonly unit?: 'bytes' | 'milliseconds';
}

/** An integer from `min` to `max`. */
export function integer(min: number, max: number) {
  return z.int().min(min).max(max);
}

/** One line of text, not empty. */
export function text(maxLength = 200) {
  return z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[^\p{Cc}]*$/u)
    .meta({ expected: `a line of 1 to ${maxLength} characters` });
}

/** Text of one shape; `expected` tells the operator which, as in `a colour such as "#0a6c74"`. */
export function pattern(shape: RegExp, expected: string) {
  return z.string().regex(shape).meta({ expected });
}

/** A duration such as `15m`, put out in milliseconds; bounds in the same notation. `0` where `min` is `0`. */
export function duration(min: string, max: string) {
  const expected = `a duration from ${min} to ${max}, such as "30s" or "15m"`;
  return quantity(parseDuration, { min, max, expected }).meta({ expected, unit: 'milliseconds' });
}

/** A size such as `10MB` (1 MB = 1024 × 1024 bytes), put out in bytes; a number is taken as bytes. */
export function byteSize(min: string, max: string) {
  const expected = `a size from ${min} to ${max}, such as "500KB" or "10MB"`;
  return quantity(parseBytes, { min, max, expected }).meta({ expected, unit: 'bytes' });
}

/** A value that never prints; it may come only from secrets.yaml, the environment, `$env` or `$file`. */
export function secret() {
  return z
    .string()
    .min(1)
    .max(4096)
    .transform((value) => new Secret(value))
    .meta({ secret: true, expected: 'a text of 1 to 4096 characters' });
}

interface Bounds {
  readonly min: string;
  readonly max: string;
  readonly expected: string;
}

function quantity(parse: (text: string) => number | undefined, bounds: Bounds) {
  const [min = 0, max = Infinity] = [parse(bounds.min), parse(bounds.max)];
  const isBytes = parse === parseBytes;
  return z.union([z.string(), z.number()]).transform((input, context) => {
    const value = typeof input === 'string' ? parse(input) : isBytes || input === 0 ? input : undefined;
    if (value !== undefined && Number.isSafeInteger(value) && value >= min && value <= max) return value;
    context.addIssue({ code: 'custom', message: bounds.expected });
    return z.NEVER;
  });
}
