import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { FileSender } from '#libs/settings';
import { FileHandOff } from './file-hand-off.js';
import { createTrustProxy } from './trust-proxy.js';

describe('leaving a file to the edge', () => {
  it.each([
    ['nginx', 'private/a b/mai é.pdf', { 'x-accel-redirect': '/_edge/media/private/a%20b/mai%20%C3%A9.pdf' }],
    ['caddy', 'public/100%.pdf', { 'x-accel-redirect': '/_edge/media/public/100%25.pdf' }],
    ['apache', 'private/a b.pdf', { 'x-sendfile': '/srv/media/private/a b.pdf' }],
    ['apache', 'private/é.pdf', { 'x-sendfile': '/srv/media/private/Ã©.pdf' }],
    ['apache', 'private/100%.pdf', undefined],
  ] as const)('%s: %s', (sender, path, headers) => {
    expect(handOff(sender).headersFor(request(sender), path)).toEqual(headers);
  });

  it('does not happen because of what a visitor sends', () => {
    const path = 'private/may.pdf';
    expect(handOff(undefined).headersFor(request('nginx'), path)).toBeUndefined();
    expect(handOff('nginx').headersFor(request(undefined), path)).toBeUndefined();
    expect(handOff('nginx').headersFor(request('caddy'), path)).toBeUndefined();
    expect(handOff('nginx').headersFor(request('nginx', '203.0.113.9'), path)).toBeUndefined();
  });

  it('happens for the edge at a Unix socket, on this host and at a listed address', () => {
    for (const peer of [undefined, '127.0.0.1', '10.0.0.2']) {
      expect(handOff('nginx').headersFor(request('nginx', peer), 'private/may.pdf')).toBeDefined();
    }
  });
});

function handOff(sender: FileSender | undefined): FileHandOff {
  return new FileHandOff({ sender, mediaRoot: '/srv/media', trustProxy: createTrustProxy(['10.0.0.2']) });
}

function request(edge: string | undefined, remoteAddress?: string): IncomingMessage {
  const headers = edge === undefined ? {} : { 'x-tenantry-edge': edge };
  return { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
}
