import { describe, expect, it } from '@jest/globals';
import { TenantUnavailable } from '../errors.js';
import { Hold } from './hold.js';

const never = new Promise<never>(() => undefined);

describe('holding a request', () => {
  it('gives what was waited for', async () => {
    expect(await new Hold('acme', 1_000).waitFor(Promise.resolve(1))).toBe(1);
    await expect(new Hold('acme', 1_000).waitFor(Promise.reject(new RangeError('no')))).rejects.toThrow(
      RangeError,
    );
  });

  it('ends when its time is over, all waits together', async () => {
    const hold = new Hold('acme', 60);
    await hold.pause();
    await expect(hold.waitFor(never)).rejects.toMatchObject({ state: 'starting', retryAfterSeconds: 5 });
    await expect(hold.waitFor(never)).rejects.toThrow(TenantUnavailable);
  });

  it('ends when the client leaves, before or during a wait', async () => {
    const hold = new Hold('acme', 60_000);
    const waiting = hold.waitFor(never);
    hold.abandon();
    await expect(waiting).rejects.toThrow(TenantUnavailable);
    await expect(hold.waitFor(never)).rejects.toThrow(TenantUnavailable);
    expect(hold.isAbandoned).toBe(true);
  });
});
