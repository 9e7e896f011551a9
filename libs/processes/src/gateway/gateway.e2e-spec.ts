import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { PortTaken } from '../errors.js';
import { processStartTime } from '../process-table.js';
import { ask, type Ask } from '../testing/client.js';
import { eventually } from '../testing/eventually.js';
import { FakeHome } from '../testing/fake-home.js';
import { type Gateway, type GatewayOptions, startGateway } from './gateway.js';
import { createRouter } from './router.js';

const tenants = [
  { name: 'acme', hosts: ['acme.localhost', '.acme.example'] },
  { name: 'liberty', hosts: ['liberty.localhost'] },
  { name: 'zed', hosts: ['zed.localhost'] },
];
let home: FakeHome;
let gateway: Gateway;

function open(options: Partial<GatewayOptions> = {}): Promise<Gateway> {
  return startGateway({
    host: '127.0.0.1',
    port: 0,
    route: createRouter(tenants),
    tenants: () => tenants,
    upstream: (tenant) => home.supervisor.upstream(tenant),
    development: false,
    holdTimeoutMs: 10_000,
    report: (message) => void home.reports.push(message),
    ...options,
  });
}

beforeAll(async () => {
  home = new FakeHome();
  gateway = await open();
  await Promise.all(['acme', 'liberty'].map((tenant) => home.supervisor.start(tenant)));
});

afterAll(async () => {
  await gateway.close();
  await home.remove();
});

function get(options: Omit<Ask, 'port'>): ReturnType<typeof ask> {
  return ask({ port: gateway.port, ...options });
}

function pidOf(tenant: string): number {
  return home.supervisor.status().find((status) => status.tenant === tenant)?.pid ?? 0;
}

interface Seen {
  readonly url: string;
  readonly headers: Record<string, string | undefined>;
}

async function seenBy(options: Omit<Ask, 'port'>): Promise<Seen> {
  return JSON.parse((await get({ path: '/headers', ...options })).body) as Seen;
}

async function kill(tenant: string): Promise<void> {
  const pid = pidOf(tenant);
  process.kill(pid, 'SIGKILL');
  await eventually(
    () => processStartTime(pid),
    (startTime) => startTime === undefined,
  );
}

/** Sends exactly these bytes, as no well-behaved client would, and reads until the end. */
async function raw(request: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: gateway.port });
  socket.write(request);
  return text(socket);
}

describe('which tenant answers', () => {
  it('is told by the host, exact or below a suffix, whatever its spelling', async () => {
    expect((await get({})).body).toMatch(/^acme /);
    expect((await get({ host: 'LIBERTY.localhost:8080' })).body).toMatch(/^liberty /);
    expect((await get({ host: 'acme.localhost.' })).body).toMatch(/^acme /);
    expect((await get({ host: 'shop.acme.example' })).body).toMatch(/^acme /);
  });

  it('is nobody for another host: 421, and no tenant is named', async () => {
    const answer = await get({ host: 'acme.example.org' });
    expect(answer).toMatchObject({ status: 421, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(answer.body).toContain('No such site');
    expect(answer.body).not.toMatch(/acme|liberty/);
  });

  it('lists the tenants to a lost developer only', async () => {
    const development = await open({ development: true });
    const { body } = await ask({ port: development.port, host: 'nobody.localhost:4000' });
    expect(body).toContain('<a href="http://liberty.localhost:4000/">liberty</a>');
    await development.close();
  });

  it('answers in JSON who asks for JSON', async () => {
    const answer = await get({ host: 'nobody', headers: { accept: 'application/json' } });
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
      (await raw(`GET ${path} HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n\r\n`)).split(' ')[1],
    ).toBe('404');
  });

  it('passes what only begins like it', async () => {
    expect((await get({ path: '/healthy' })).status).toBe(200);
    expect((await get({ path: '/metrics-of-success' })).status).toBe(200);
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
    const answer = await get({ path: '/cookies' });
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(answer.headers['x-kept']).toBe('2');
    expect(answer.headers['x-hop']).toBeUndefined();
  });

  it('that could say two things are refused', async () => {
    const both = 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n';
    const answers = await Promise.all([
      raw(`POST / HTTP/1.1\r\nHost: acme.localhost\r\n${both}\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n`),
      raw('GET / HTTP/1.1\r\nHost: acme.localhost\r\nHost: liberty.localhost\r\nConnection: close\r\n\r\n'),
      raw('GET / HTTP/1.1\r\nConnection: close\r\n\r\n'),
      raw('GET / HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n'),
    ]);
    expect(answers.map((answer) => answer.split(' ')[1])).toEqual(['400', '400', '400', '400']);
  });

  it('cannot take away where a body ends', async () => {
    const smuggled = 'GET /evil HTTP/1.1\r\nHost: x\r\n\r\n';
    const answer = await raw(
      `GET /headers HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close, content-length\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    );
    expect(answer).toContain(`"content-length":"${smuggled.length}"`);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });

  it('of a request by absolute address follow that address', async () => {
    const answer = await raw(
      'GET http://liberty.localhost/headers?a=1 HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toContain('"url":"/headers?a=1"');
    expect(answer).toContain('"host":"liberty.localhost"');
  });
});

describe('bodies', () => {
  const upload = randomBytes(20 * 1024 * 1024);
  const digest = { bytes: upload.length, sha256: createHash('sha256').update(upload).digest('hex') };

  it('arrive whole, of known length or in chunks', async () => {
    const known = await get({
      path: '/sum',
      method: 'POST',
      body: upload,
      headers: { 'content-length': upload.length },
    });
    expect(JSON.parse(known.body)).toEqual(digest);
    const chunked = await get({
      path: '/sum',
      method: 'PUT',
      body: upload,
      headers: { 'transfer-encoding': 'chunked', expect: '100-continue' },
    });
    expect(JSON.parse(chunked.body)).toEqual(digest);
  });

  it('come back whole', async () => {
    const answer = await get({ path: '/echo', method: 'POST', body: 'x'.repeat(3_000_000) });
    expect(answer.body).toHaveLength(3_000_000);
  });

  it('wait with the request while the tenant starts', async () => {
    await home.supervisor.stop('liberty');
    home.modes['liberty'] = 'slow';
    const starting = home.supervisor.start('liberty');
    const answer = await get({ host: 'liberty.localhost', path: '/sum', method: 'POST', body: upload });
    expect(JSON.parse(answer.body)).toEqual(digest);
    await starting;
    home.modes['liberty'] = 'well';
  });

  it('flow as they come: an event stream shows its head before its first event', async () => {
    const socket = connect({ host: '127.0.0.1', port: gateway.port });
    socket.write('GET /events HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n\r\n');
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toContain('text/event-stream');
    expect(first.toString()).not.toContain('data: 1');
    expect(await text(socket)).toContain('data: 3');
  });

  it('that the tenant does not want are answered all the same', async () => {
    const answer = await get({ path: '/early', method: 'POST', body: 'small' });
    expect(answer).toMatchObject({ status: 413, body: 'too large' });
  });

  it('that break off are broken off for the client, too', async () => {
    await expect(get({ path: '/half' })).rejects.toThrow('aborted');
  });
});

describe('when a tenant cannot answer', () => {
  it('503 with Retry-After, the page tells no secrets, others are untouched', async () => {
    home.modes['zed'] = 'refuse';
    await expect(home.supervisor.start('zed')).rejects.toThrow('stamp');
    const answer = await get({ host: 'zed.localhost' });
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '60' } });
    expect(answer.body).not.toMatch(/zed|liberty|stamp|database/);
    expect((await get({})).status).toBe(200);
  });

  it('a request is held for so long and no longer', async () => {
    const hasty = await open({ holdTimeoutMs: 200, upstream: () => new Promise(() => undefined) });
    expect(await ask({ port: hasty.port })).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    await hasty.close();
  });

  it('504 when it never says a word', async () => {
    const hasty = await open({ responseTimeoutMs: 200 });
    expect(await ask({ port: hasty.port, path: '/never' })).toMatchObject({ status: 504 });
    await hasty.close();
  });

  it('502 when it dies of a request that must not be sent twice', async () => {
    const answer = await get({ path: '/reset-first', method: 'POST', body: 'once' });
    expect(answer.status).toBe(502);
  });

  it('503 when too many of its requests are open already, and others are served', async () => {
    const narrow = await open({ requestsPerTenant: 1 });
    const first = ask({ port: narrow.port, path: '/slow?ms=500' });
    await pause(100);
    expect(await ask({ port: narrow.port })).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    expect((await ask({ port: narrow.port, host: 'liberty.localhost' })).status).toBe(200);
    expect((await first).status).toBe(200);
    await narrow.close();
  });

  it('is told when the client has left', async () => {
    const socket = connect({ host: '127.0.0.1', port: gateway.port });
    socket.write('GET /never HTTP/1.1\r\nHost: acme.localhost\r\n\r\n');
    await pause(100);
    socket.destroy();
    await eventually(
      () => readFileSync(home.launch('acme').logFile, 'utf8'),
      (log) => log.includes('client left'),
    );
  });

  it('wakes when it ended by itself', async () => {
    const sleepy = pidOf('liberty');
    // Asked twice by the gateway; the process that it wakes ends the same way.
    expect((await get({ host: 'liberty.localhost', path: '/idle' })).status).toBe(502);
    await eventually(
      () => pidOf('liberty'),
      (pid) => pid !== sleepy,
    );
    expect((await get({ host: 'liberty.localhost' })).body).toMatch(/^liberty /);
  });

  it('sends again, once, what is safe to send again when its process was killed', async () => {
    const agent = new Agent({ keepAlive: true });
    const before = (await get({ agent })).body;
    process.kill(pidOf('acme'), 'SIGKILL');
    const after = await get({ agent });
    expect(after.status).toBe(200);
    expect(after.body).not.toBe(before);
    agent.destroy();
  });
});

describe('WebSockets', () => {
  function dial(host: string): WebSocket {
    return new WebSocket(`ws://127.0.0.1:${gateway.port}/socket`, { headers: { host } });
  }

  async function refusal(socket: WebSocket): Promise<number | undefined> {
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode?: number }];
    socket.on('error', () => undefined).terminate();
    return response.statusCode;
  }

  it('pass in both directions', async () => {
    const socket = dial('acme.localhost');
    await once(socket, 'open');
    const big = randomBytes(1_000_000);
    socket.send(big);
    const [echoed] = (await once(socket, 'message')) as [Buffer];
    expect(echoed.equals(big)).toBe(true);
    socket.close();
    await once(socket, 'close');
  });

  it('are refused for an unknown host', async () => {
    expect(await refusal(dial('nobody.localhost'))).toBe(421);
  });

  it('are refused while their tenant cannot start', async () => {
    expect(await refusal(dial('zed.localhost'))).toBe(503);
  });

  it('wait while their tenant starts again', async () => {
    await kill('acme');
    const socket = dial('acme.localhost');
    await once(socket, 'open');
    socket.close();
  });

  it('end when their tenant does', async () => {
    const socket = dial('acme.localhost');
    await once(socket, 'open');
    process.kill(pidOf('acme'), 'SIGKILL');
    await once(socket, 'close');
    await eventually(
      () => home.supervisor.status(),
      (all) => all.some((one) => one.tenant === 'acme' && one.state === 'running'),
    );
  });
});

describe('its address', () => {
  it('is refused when the port is taken, with what to do', async () => {
    const error: unknown = await open({ port: gateway.port }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(PortTaken);
    expect(error).toMatchObject({
      code: 'PORT_TAKEN',
      exitCode: 1,
      message: `gateway: port ${gateway.port} on 127.0.0.1 is taken by another program.`,
      hint: 'Choose another with gateway.port in tenantry.yaml or with --port N, or end that program.',
    });
  });

  it('is refused when it is not of this machine', async () => {
    await expect(open({ host: '203.0.113.7' })).rejects.toMatchObject({
      code: 'ADDRESS_UNUSABLE',
      exitCode: 1,
    });
  });
});

describe('closing', () => {
  it('lets what is in flight finish', async () => {
    const closing = await open();
    const slow = ask({ port: closing.port, path: '/slow?ms=300', agent: new Agent({ keepAlive: true }) });
    await pause(100);
    await closing.close();
    expect(await slow).toMatchObject({ status: 200, body: 'slow' });
  });
});
