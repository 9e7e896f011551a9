import { describe, expect, it } from '@jest/globals';
import { orderByRings, splitAtContraction } from './rings.js';

const tenants = [
  { name: 'zed', ring: 'canary' },
  { name: 'liberty', ring: 'main' },
  { name: 'acme', ring: 'main' },
  { name: 'hooli', ring: 'last' },
  { name: 'beta', ring: 'main' },
];

describe('orderByRings', () => {
  it('takes the rings as tenantry.yaml orders them, others last, and one tenant at a time', () => {
    expect(orderByRings(tenants, { rings: ['canary', 'empty', 'main'] })).toEqual([
      { ring: 'canary', tenants: ['zed'] },
      { ring: 'main', tenants: ['acme'] },
      { ring: 'main', tenants: ['beta'] },
      { ring: 'main', tenants: ['liberty'] },
      { ring: 'last', tenants: ['hooli'] },
    ]);
  });

  it('never mixes rings in a wave', () => {
    const wave = { value: 2, isPercent: false };
    expect(orderByRings(tenants, { rings: ['canary', 'main'], wave }).map((each) => each.tenants)).toEqual([
      ['zed'],
      ['acme', 'beta'],
      ['liberty'],
      ['hooli'],
    ]);
  });
});

describe('splitAtContraction', () => {
  const kindOf = (name: string) => (name.startsWith('Drop') ? 'contract' : 'expand');

  it('keeps back all that follows what takes something away', () => {
    expect(splitAtContraction(['Add1', 'Drop2', 'Add3'], kindOf)).toEqual({
      expanding: ['Add1'],
      rest: ['Drop2', 'Add3'],
    });
    expect(splitAtContraction(['Add1', 'Add3'], kindOf)).toEqual({ expanding: ['Add1', 'Add3'], rest: [] });
  });
});
