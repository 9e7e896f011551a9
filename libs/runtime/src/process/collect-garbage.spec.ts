import { setImmediate as nextTurn } from 'node:timers/promises';
import { getHeapCodeStatistics } from 'node:v8';
import { runInNewContext, runInThisContext } from 'node:vm';

import { expect, it } from '@jest/globals';

import { collectGarbage } from './collect-garbage.js';

it('collects what nobody holds any more, and leaves no gc() behind', async () => {
  const held = { some: 'thing' };
  const refs = [new WeakRef({ some: 'thing' }), new WeakRef(held)];
  // What a WeakRef was made of lives until the end of the turn.
  await nextTurn();
  collectGarbage({});
  expect(refs.map((ref) => ref.deref())).toEqual([undefined, held]);
  expect(runInNewContext('typeof gc')).toBe('undefined');
});

it('drops compiled code when told so, and only then; what is dropped still runs', () => {
  const functions = Array.from({ length: 500 }, (_, index) => compile(index));
  const callAll = (): number[] => functions.map((each) => each(1));
  const results = callAll();
  collectGarbage({});
  const kept = bytecodeSize();
  collectGarbage({}, { dropCode: true });
  expect(kept - bytecodeSize()).toBeGreaterThan(500 * 1000);
  expect(callAll()).toEqual(results);
  const again = bytecodeSize();
  collectGarbage({});
  expect(again - bytecodeSize()).toBeLessThan(500 * 1000);
});

/** A function of some kilobytes of bytecode. */
function compile(index: number): (value: number) => number {
  const steps = Array.from({ length: 200 }, (_, step) => `value = value * ${step + index} % 1009 + 1;`);
  return runInThisContext(`(function (value) { ${steps.join(' ')} return value; })`) as (
    value: number,
  ) => number;
}

function bytecodeSize(): number {
  return getHeapCodeStatistics().bytecode_and_metadata_size;
}
