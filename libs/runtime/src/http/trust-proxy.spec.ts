import { describe, expect, it } from '@jest/globals';

import { createTrustProxy } from './trust-proxy.js';

describe('createTrustProxy', () => {
  const trust = createTrustProxy(['10.0.0.0/8', '2001:db8::1']);

  it.each([
    ['the peer of a Unix socket', undefined, 0, true],
    ['the loopback peer', '127.0.0.1', 0, true],
    ['the loopback peer over IPv6', '::1', 0, true],
    ['loopback on a dual-stack listener', '::ffff:127.0.0.1', 0, true],
    ['a peer from outside', '203.0.113.9', 0, false],
    ['a listed peer on a dual-stack listener', '::ffff:10.1.2.3', 0, true],
    ['a listed peer', '10.1.2.3', 0, true],
    ['a listed IPv6 peer', '2001:db8::1', 0, true],
    ['a listed proxy further out', '10.1.2.3', 1, true],
    ['a client that calls itself loopback', '127.0.0.1', 1, false],
    ['a client that gives no address', undefined, 1, false],
    ['a client that sends nonsense', 'nonsense', 1, false],
  ])('%s', (_name, address, hop, expected) => {
    expect(trust(address, hop)).toBe(expected);
  });
});
