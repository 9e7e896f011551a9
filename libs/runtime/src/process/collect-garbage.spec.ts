import { setImmediate as nextTurn } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';

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
