import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { type Answer, ask } from '../testing/client.js';
import { FakeSite, openGateway } from '../testing/fake-gateway.js';
import { FakeHome } from '../testing/fake-home.js';
import type { Gateway } from './gateway.js';

let site: FakeSite;
let behindEdge: Gateway;
let behindAnother: Gateway;

beforeAll(async () => {
  site = await FakeSite.open(new FakeHome(), ['acme', 'liberty']);
  behindEdge = await openGateway(site.home, { trustedProxies: ['127.0.0.0/8', '10.0.0.7', 'fd00::/8'] });
  behindAnother = await openGateway(site.home, { trustedProxies: ['10.0.0.7', '192.168.0.0/16', '::1'] });
});

afterAll(async () => {
  await Promise.all([behindEdge.close(), behindAnother.close()]);
  await site.close();
});

type Headers = Record<string, string | string[]>;

function through(gateway: Gateway, headers: Headers, host = 'acme.localhost'): Promise<Answer> {
  return ask({ port: gateway.port, path: '/headers', host, headers });
}

async function seen(gateway: Gateway, headers: Headers, host?: string): Promise<Record<string, string>> {
  const { body } = await through(gateway, headers, host);
  return (JSON.parse(body) as { headers: Record<string, string> }).headers;
}

const claims = {
  'x-forwarded-for': '203.0.113.9',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'acme.localhost:8443',
};

describe('behind an edge that is trusted', () => {
  it('tells the tenant what the edge says of the visitor', async () => {
    expect(await seen(behindEdge, claims, '127.0.0.1:8080')).toMatchObject({
      host: 'acme.localhost:8443',
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'acme.localhost:8443',
      'x-real-ip': '203.0.113.9',
      forwarded: 'for=203.0.113.9;host="acme.localhost:8443";proto=https',
    });
  });

  it.each([
    ['what the visitor himself said', '6.6.6.6, 203.0.113.9', '203.0.113.9'],
    ['what he said to look like the edge', '6.6.6.6, 127.0.0.1, 203.0.113.9', '203.0.113.9'],
    ['a second edge between', '6.6.6.6, 203.0.113.9, 10.0.0.7', '203.0.113.9'],
    ['its own checks', '10.0.0.7', '10.0.0.7'],
    ['a port', '203.0.113.9:51234', '203.0.113.9'],
    ['IPv6', '2001:db8::1, fd00::2', '2001:db8::1'],
    ['brackets and a port', '[2001:db8::1]:443', '2001:db8::1'],
    ['IPv4 in IPv6 form', '::ffff:203.0.113.9', '203.0.113.9'],
    ['what is no address', '203.0.113.9, unknown', '127.0.0.1'],
    ['markup', '<b>', '127.0.0.1'],
    ['nothing', '', '127.0.0.1'],
  ])('finds the visitor in spite of %s', async (_what, chain, visitor) => {
    const headers = await seen(behindEdge, { 'x-forwarded-for': chain });
    expect([headers['x-forwarded-for'], headers['x-real-ip']]).toEqual([visitor, visitor]);
  });

  it('believes the edge, not what it was told', async () => {
    const headers = await seen(behindEdge, {
      'x-forwarded-proto': 'https, http',
      'x-forwarded-host': ['liberty.localhost', 'acme.localhost'],
    });
    expect(headers).toMatchObject({ 'x-forwarded-proto': 'http', host: 'acme.localhost' });
  });

  it('keeps its own word where the edge says nothing of use', async () => {
    expect(await seen(behindEdge, { 'x-forwarded-proto': 'gopher', forwarded: 'for=6.6.6.6' })).toMatchObject(
      {
        host: 'acme.localhost',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': 'acme.localhost',
        forwarded: 'for=127.0.0.1;host="acme.localhost";proto=http',
      },
    );
  });

  it('drops what no edge has to say', async () => {
    const headers = await seen(behindEdge, { 'x-forwarded-prefix': '/evil', 'x-tenantry-tenant': 'liberty' });
    expect(Object.keys(headers).filter((name) => /prefix|tenantry/.test(name))).toEqual([]);
  });

  it.each([
    ['nobody.localhost', 421],
    ['a/b', 400],
  ])('answers for X-Forwarded-Host %s with %i', async (host, status) => {
    expect((await through(behindEdge, { 'x-forwarded-host': host })).status).toBe(status);
  });

  it('finds the tenant of a WebSocket', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${behindEdge.port}/`, { headers: claims });
    await once(socket, 'open');
    socket.close();
  });
});

describe('a peer that is not trusted', () => {
  it.each([
    ['no proxy is', () => site.gateway],
    ['other proxies are', () => behindAnother],
  ])('cannot say anything where %s', async (_what, gateway) => {
    const chain = { ...claims, 'x-forwarded-for': '203.0.113.9, 10.0.0.7' };
    expect(await seen(gateway(), { ...chain, 'x-forwarded-host': 'liberty.localhost' })).toMatchObject({
      host: 'acme.localhost',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'acme.localhost',
      'x-real-ip': '127.0.0.1',
      forwarded: 'for=127.0.0.1;host="acme.localhost";proto=http',
    });
  });
});
