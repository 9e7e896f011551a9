import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Echo } from '../../testing/echo-process.js';
import { EdgeWorld } from '../../testing/edge-world.js';
import { isInstalled, testedKinds } from '../../testing/private-edge.js';
import type { Answer } from '../../testing/visit.js';

describe.each(testedKinds)('requests through %s', (kind) => {
  const isHere = isInstalled(kind);
  const itHere = isHere ? it : it.skip;
  let world: EdgeWorld;

  beforeAll(async () => {
    if (!isHere) return;
    world = await EdgeWorld.open(kind, [
      { name: 'acme', hosts: ['acme.test', '.acme.example.app'] },
      { name: 'liberty', hosts: ['liberty.test', '.example.app'] },
      { name: 'liberty.kids', hosts: ['kids.liberty.test'] },
      { name: 'zed', hosts: ['zed.example.app', '.test'] },
    ]);
    await world.startEdge();
  }, 60_000);
  afterAll(async () => world?.close());

  itHere.each([
    ['acme.test', 'acme'],
    ['ACME.test', 'acme'],
    ['acme.example.app', 'acme'],
    ['shop.acme.example.app', 'acme'],
    ['a.b.acme.example.app', 'acme'],
    ['liberty.test', 'liberty'],
    ['kids.liberty.test', 'liberty'],
    ['example.app', 'liberty'],
    ['other.example.app', 'liberty'],
    ['a.b.c.example.app', 'liberty'],
    ['notacme.example.app', 'liberty'],
    ['zed.example.app', 'zed'],
    ['any.test', 'zed'],
  ])('lead from %s to %s: exact hosts before wildcards, longer ones before shorter', async (host, name) => {
    expect(echoOf(await world.get(host)).name).toBe(name);
  });

  itHere.each(['unknown.example', 'acme.test.unknown.example', '127.0.0.1', 'notexample.app', 'localhost'])(
    'for the unknown host %s are refused with 421',
    async (host) => {
      const answer = await world.get(host);
      expect([answer.status, answer.text.includes('acme')]).toEqual([421, false]);
    },
  );

  itHere('keep path, query, body and port as they were sent', async () => {
    const path = '/caf%C3%A9/a%2Fb/%7Ex;y=1//z?q=a%20b&r=%2F';
    const echo = echoOf(await world.get('acme.test', path, { method: 'POST', body: 'x'.repeat(5000) }));
    expect([echo.method, echo.url, echo.bodyBytes]).toEqual(['POST', path, 5000]);
    expect(echo.headers['host']).toBe(`acme.test:${world.plan.edge.httpPort}`);
  });

  itHere('carry what the edge says of the visitor, and nothing that the visitor says of itself', async () => {
    const spoofed = {
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'liberty.test',
      'x-forwarded-prefix': '/evil',
      'x-real-ip': '203.0.113.9',
      'x-accel-redirect': '/_edge/media/private/secret.txt',
      'x-sendfile': '/etc/passwd',
      'x-tenantry-edge': 'spoofed',
      forwarded: 'for=203.0.113.9;proto=https',
      proxy: 'http://evil.test',
    };
    const { headers } = echoOf(await world.get('acme.test', '/', { headers: spoofed }));
    const { httpPort } = world.plan.edge;
    expect(headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': `acme.test:${httpPort}`,
      'x-real-ip': '127.0.0.1',
      'x-tenantry-edge': kind,
      forwarded: `for=127.0.0.1;host="acme.test:${httpPort}";proto=http`,
    });
    expect(JSON.stringify(headers)).not.toMatch(/203\.0\.113|evil|passwd|spoofed|secret/);
  });

  itHere.each([
    ...['/health/live', '/health/ready', '/metrics', '/%68ealth/live', '//health/ready', '/x/../metrics'],
    ...['/metrics/', '/./health/live', '/health/%6Cive?x=1', '/x/%2e%2e/metrics'],
  ])('for %s do not reach the process', async (path) => {
    const answer = await world.get('acme.test', path);
    expect([answer.status, answer.text.includes('"name"')]).toEqual([404, false]);
  });

  itHere('stream answers, as parts arrive', async () => {
    const { httpPort } = world.plan.edge;
    const answer = await fetchParts(httpPort, 'acme.test', '/stream');
    expect(answer.first).toContain('data: first');
    expect(answer.first).not.toContain('data: second');
    expect(answer.all).toContain('data: second');
  });

  itHere('become WebSockets, in which both sides speak', async () => {
    const { httpPort } = world.plan.edge;
    const socket = connect(httpPort, '127.0.0.1');
    socket.write(
      'GET /socket HTTP/1.1\r\nHost: acme.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) {
      text += String(chunk);
      if (text.includes('\r\n\r\n') && !text.includes('hello')) socket.write('hello');
      if (text.includes('hello')) break;
    }
    expect(text).toMatch(/^HTTP\/1\.1 101 /);
    expect(text).toContain('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  });
});

function echoOf(answer: Answer): Echo {
  if (answer.status !== 200) throw new TypeError(`${answer.status}: ${answer.text}`);
  return JSON.parse(answer.text) as Echo;
}

async function fetchParts(port: number, host: string, path: string): Promise<{ first: string; all: string }> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  let all = '';
  let first = '';
  for await (const chunk of socket.setEncoding('utf8')) {
    all += String(chunk);
    if (first === '' && all.includes('data: ')) first = all;
  }
  return { first, all };
}
