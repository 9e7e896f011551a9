import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Secret } from '#libs/settings';
import { formatMark, parseMark } from './mark.js';
import { InvalidIdentifier, quoteIdentifier, quoteLiteral } from './quote.js';
import { scramVerifier, UnusablePassword } from './scram.js';

describe('quoteIdentifier', () => {
  it('closes every quote that it opens', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 60 }), (name) => {
        fc.pre(!name.includes('\0') && Buffer.byteLength(name) <= 63);
        expect(quoteIdentifier(name)).toMatch(/^"(?:[^"]|"")*"$/);
      }),
    );
  });

  it('refuses what Postgres would cut off or drop', () => {
    for (const name of ['', 'a\0b', 'x'.repeat(64), 'ü'.repeat(32)]) {
      expect(() => quoteIdentifier(name)).toThrow(InvalidIdentifier);
    }
  });

  it('is not fooled by a literal', () => {
    expect(quoteLiteral(`it's \\`)).toBe(` E'it''s \\\\'`);
  });
});

describe('scramVerifier', () => {
  it('is what Postgres computes for the same salt', async () => {
    // Password and salt of the example in RFC 7677.
    const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
    expect(await scramVerifier(new Secret('pencil'), salt)).toBe(
      'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
    );
  });

  it('refuses passwords that need normalising, without printing them', async () => {
    for (const password of ['pässword', 'two words', '']) {
      await expect(scramVerifier(new Secret(password))).rejects.toThrow(UnusablePassword);
    }
  });
});

describe('a mark', () => {
  it('is read back', () => {
    const identity = { tenant: 'acme', id: '7c9e6679-7425-40de-944b-e07fc1f90ae7' };
    expect(parseMark(formatMark(identity))).toEqual(identity);
  });

  it('is no other comment', () => {
    for (const comment of [null, '', 'our database', 'tenantry {', 'tenantry {"tenant":1}']) {
      expect(parseMark(comment)).toBeUndefined();
    }
  });
});
