import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { z } from 'zod';
import { duration } from './fields.js';
import { revalidate } from './revalidate.js';

const schema = z.strictObject({
  title: z.string().min(2),
  note: z.string().optional(),
  nothing: z.null().optional(),
  hosts: z.array(z.string().toLowerCase()),
  features: z.record(z.string(), z.boolean()),
  limit: z.int().default(5),
  pool: z.strictObject({ max: z.int(), idle: duration('1s', '1d').prefault('5s') }),
  loose: z.object({ kept: z.boolean().optional() }),
  section: z.strictObject({ a: z.int().default(1) }).prefault({}),
  pair: z.strictObject({ low: z.int(), high: z.int() }).refine(({ low, high }) => low <= high),
});

const good = {
  title: 'Base',
  hosts: ['A'],
  features: { x: true },
  pool: { max: 1 },
  loose: { kept: true, other: 1 },
  pair: { low: 1, high: 2 },
};

const anyValue = fc.constantFrom<unknown>('Base', 'x', 'long', 1, 7, true, null, ['A'], ['b'], {}, '5s');
/** The good settings with some of their values changed, left out or added. */
const variant = fc
  .record({
    top: fc.dictionary(fc.constantFrom(...Object.keys(schema.shape), 'unknown'), anyValue, { maxKeys: 2 }),
    pool: fc.dictionary(fc.constantFrom('max', 'idle', 'unknown'), anyValue, { maxKeys: 2 }),
    pair: fc.dictionary(fc.constantFrom('low', 'high'), fc.integer({ min: 0, max: 3 }), { maxKeys: 2 }),
    without: fc.subarray([...Object.keys(schema.shape)], { maxLength: 1 }),
  })
  .map(({ top, pool, pair, without }) => {
    const changed = { pool: { ...good.pool, ...pool }, pair: { ...good.pair, ...pair }, ...top };
    const whole: Record<string, unknown> = { ...good, ...changed };
    return Object.fromEntries(Object.entries(whole).filter(([key]) => !without.includes(key)));
  });

describe('validating what differs from accepted settings', () => {
  it('comes to the same as validating the whole', () => {
    const results = { accepted: 0, refused: 0 };
    const same = fc.property(variant, variant, (first, second) => {
      const before = schema.safeParse(first);
      const whole = schema.safeParse(second);
      const base = before.success ? { input: first, output: before.data } : undefined;
      const quick = revalidate(schema, second, base ?? { input: good, output: schema.parse(good) });
      expect(quick).toEqual(whole.success ? { value: whole.data } : undefined);
      if (whole.success) expect(JSON.stringify(quick?.value)).toBe(JSON.stringify(whole.data));
      results[whole.success ? 'accepted' : 'refused'] += 1;
    });
    fc.assert(same, { numRuns: 10 * Number(process.env['FUZZ_RUNS'] ?? 300) });
    expect(Math.min(results.accepted, results.refused)).toBeGreaterThan(50);
  });

  it('takes over what is the same, without looking into it', () => {
    const output = schema.parse(good);
    const result = revalidate(schema, { ...good, title: 'Other' }, { input: good, output });
    const { hosts, pool } = (result?.value ?? {}) as typeof output;
    expect(hosts).toBe(output.hosts);
    expect(pool).toBe(output.pool);
  });
});
