import { describe, expect, it } from '@jest/globals';
import { hashPassword, verifyPassword } from './password-hash.js';

describe('a password hash', () => {
  it('is argon2id in PHC format with a salt of its own', async () => {
    const [one, other] = await Promise.all([hashPassword('secret words'), hashPassword('secret words')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(other);
  });

  it('fits its password and no other', async () => {
    const hash = await hashPassword('secret words');
    await expect(verifyPassword('secret words', hash)).resolves.toBe(true);
    await expect(verifyPassword('secret word', hash)).resolves.toBe(false);
    await expect(verifyPassword('', hash)).resolves.toBe(false);
  });

  it('takes one password in both forms of Unicode', async () => {
    await expect(verifyPassword('gro\u0308ße', await hashPassword('größe'))).resolves.toBe(true);
  });

  // Computed with the reference implementation: argon2 "somesalt" -id -t 2 -m 16 -p 1 -l 32, password "password".
  it('reads hashes of other programs, with their own cost', async () => {
    const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    await expect(verifyPassword('password', hash)).resolves.toBe(true);
  });

  it.each([
    undefined,
    '',
    'plain',
    '$argon2i$v=19$m=1,t=1,p=1$c29tZXNhbHQ$x',
    '$argon2id$v=19$m=0,t=0,p=0$$',
  ])('is never fitted where it is %j', async (hash) => {
    await expect(verifyPassword('password', hash)).resolves.toBe(false);
  });

  it('takes as long for an unknown account as for a known one', async () => {
    const hash = await hashPassword('secret words');
    const timeOf = async (known: string | undefined) => {
      const times = [];
      for (let run = 0; run < 5; run += 1) {
        const start = performance.now();
        await verifyPassword('guess', known);
        times.push(performance.now() - start);
      }
      return times.sort((a, b) => a - b)[2] ?? 0;
    };
    const [known, unknown] = [await timeOf(hash), await timeOf(undefined)];
    expect(unknown).toBeGreaterThan(known / 3);
    expect(unknown).toBeLessThan(known * 3);
  });
});
