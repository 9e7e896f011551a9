import { describe, expect, it } from '@jest/globals';
import { createRouter } from './router.js';

const route = createRouter([
  { name: 'acme', hosts: ['acme.example', '.acme.example'] },
  { name: 'shop', hosts: ['shop.acme.example', '.eu.acme.example'] },
  { name: 'zed', hosts: ['.zed.example'] },
]);

describe('createRouter', () => {
  it.each([
    ['acme.example', 'acme'],
    ['www.acme.example', 'acme'],
    ['a.b.acme.example', 'acme'],
    ['shop.acme.example', 'shop'],
    ['x.eu.acme.example', 'shop'],
    ['eu.acme.example', 'shop'],
    ['zed.example', 'zed'],
    ['a.zed.example', 'zed'],
    ['notzed.example', undefined],
    ['example', undefined],
    ['', undefined],
  ])('%s leads to %s', (hostname, tenant) => {
    expect(route(hostname)).toBe(tenant);
  });
});
