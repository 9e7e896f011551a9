import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, type Ask } from '../testing/client.js';
import { FakeSite, openGateway } from '../testing/fake-gateway.js';
import { FakeHome } from '../testing/fake-home.js';

let site: FakeSite;

beforeAll(async () => {
  site = await FakeSite.open(new FakeHome(), ['acme', 'liberty']);
});

afterAll(async () => {
  await site.close();
});

interface Seen {
  readonly url: string;
  readonly headers: Record<string, string | undefined>;
}

async function seenBy(options: Omit<Ask, 'port'>): Promise<Seen> {
  return JSON.parse((await site.get({ path: '/headers', ...options })).body) as Seen;
}

describe('which tenant answers', () => {
  it('is told by the host, exact or below a suffix, whatever its spelling', async () => {
    expect((await site.get({})).body).toMatch(/^acme /);
    expect((await site.get({ host: 'LIBERTY.localhost:8080' })).body).toMatch(/^liberty /);
    expect((await site.get({ host: 'acme.localhost.' })).body).toMatch(/^acme /);
    expect((await site.get({ host: 'shop.acme.example' })).body).toMatch(/^acme /);
  });

  it('is nobody for another host: 421, and no tenant is named', async () => {
    const answer = await site.get({ host: 'acme.example.org' });
    expect(answer).toMatchObject({ status: 421, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(answer.body).toContain('No such site');
    expect(answer.body).not.toMatch(/acme|liberty/);
  });

  it('lists the tenants to a lost developer only', async () => {
    const development = await openGateway(site.home, { development: true });
    const { body } = await ask({ port: development.port, host: 'nobody.localhost:4000' });
    expect(body).toContain('<a href="http://liberty.localhost:4000/">liberty</a>');
    await development.close();
  });

  it('answers in JSON who asks for JSON', async () => {
    const answer = await site.get({ host: 'nobody', headers: { accept: 'application/json' } });
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(answer.body)).toEqual({
      error: { code: 'UNKNOWN_HOST', message: 'No such site. No site is served under this name here.' },
    });
  });

  it.each([
    '/health/live',
    '/health/ready?x=1',
    '/metrics',
    '//health/live',
    '/%68ealth/ready',
    '/a/../metrics',
    '/./health/x',
  ])('keeps %s from the edge', async (path) => {
    expect(
      (await site.raw(`GET ${path} HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n\r\n`)).split(
        ' ',
      )[1],
    ).toBe('404');
  });

  it('passes what only begins like it', async () => {
    expect((await site.get({ path: '/healthy' })).status).toBe(200);
    expect((await site.get({ path: '/metrics-of-success' })).status).toBe(200);
  });
});

describe('headers', () => {
  it('name the visitor as the gateway saw it, not as the visitor says', async () => {
    const { headers } = await seenBy({
      host: 'acme.localhost:8080',
      headers: {
        ...{
          'x-forwarded-for': '6.6.6.6',
          'X-Forwarded-Proto': 'https',
          'x-forwarded-host': 'evil',
          'x-forwarded-port': '1',
        },
        ...{
          forwarded: 'for=6.6.6.6',
          'x-real-ip': '6.6.6.6',
          'x-tenantry-tenant': 'liberty',
          'x-forwarded-prefix': '/evil',
        },
      },
    });
    expect(headers).toMatchObject({
      host: 'acme.localhost:8080',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'acme.localhost:8080',
      'x-real-ip': '127.0.0.1',
      forwarded: 'for=127.0.0.1;host="acme.localhost:8080";proto=http',
    });
    expect(JSON.stringify(headers)).not.toMatch(/6\.6\.6\.6|evil|x-tenantry|x-forwarded-port/);
  });

  it('meant for one connection stay on it', async () => {
    const { headers } = await seenBy({
      headers: {
        connection: 'x-secret, keep-alive',
        'x-secret': '1',
        te: 'trailers',
        'proxy-authorization': 'x',
        'x-kept': '2',
      },
    });
    expect(headers).toMatchObject({ 'x-kept': '2', connection: 'keep-alive' });
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['x-secret']));
    expect(headers['te'] ?? headers['proxy-authorization'] ?? headers['x-secret']).toBeUndefined();
  });

  it('of a response come as they were, repeated ones too', async () => {
    const answer = await site.get({ path: '/cookies' });
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(answer.headers['x-kept']).toBe('2');
    expect(answer.headers['x-hop']).toBeUndefined();
  });

  it('that could say two things are refused', async () => {
    const both = 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n';
    const answers = await Promise.all([
      site.raw(`POST / HTTP/1.1\r\nHost: acme.localhost\r\n${both}\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n`),
      site.raw(
        'GET / HTTP/1.1\r\nHost: acme.localhost\r\nHost: liberty.localhost\r\nConnection: close\r\n\r\n',
      ),
      site.raw('GET / HTTP/1.1\r\nConnection: close\r\n\r\n'),
      site.raw('GET / HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n'),
    ]);
    expect(answers.map((answer) => answer.split(' ')[1])).toEqual(['400', '400', '400', '400']);
  });

  it('that offer another protocol are no reason not to answer', async () => {
    const offer =
      'Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n';
    const answer = await site.raw(`GET /headers HTTP/1.1\r\nHost: acme.localhost\r\n${offer}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).not.toMatch(/h2c|http2-settings/i);
  });

  it('cannot take away where a body ends', async () => {
    const smuggled = 'GET /evil HTTP/1.1\r\nHost: x\r\n\r\n';
    const answer = await site.raw(
      `GET /headers HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close, content-length\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    );
    expect(answer).toContain(`"content-length":"${smuggled.length}"`);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });

  it('of a request by absolute address follow that address', async () => {
    const answer = await site.raw(
      'GET http://liberty.localhost/headers?a=1 HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toContain('"url":"/headers?a=1"');
    expect(answer).toContain('"host":"liberty.localhost"');
  });
});
