import { cachedDataVersionTag } from 'node:v8';
import { expect, it } from '@jest/globals';
import { frugally } from './frugally.js';

// V8 makes it from its flags, among others, and takes no cached code that was made with another one.
it('sets flags of V8 for as long as the work takes, and serves the compile cache before and after', async () => {
  const before = cachedDataVersionTag();
  const during = await frugally(async () => cachedDataVersionTag());
  expect(during).not.toBe(before);
  expect(cachedDataVersionTag()).toBe(before);

  await expect(frugally(() => Promise.reject(new TypeError('failed')))).rejects.toThrow('failed');
  expect(cachedDataVersionTag()).toBe(before);
});
