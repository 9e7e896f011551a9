import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Echo } from '../../testing/echo-process.js';
import { EdgeWorld } from '../../testing/edge-world.js';
import { isInstalled, testedKinds } from '../../testing/private-edge.js';
import { makeCertificate } from '../../testing/test-certificate.js';

describe.each(testedKinds)('TLS at %s', (kind) => {
  const isHere = isInstalled(kind);
  const itHere = isHere ? it : it.skip;
  let world: EdgeWorld;

  beforeAll(async () => {
    if (!isHere) return;
    world = await EdgeWorld.open(kind, [
      { name: 'acme', hosts: ['acme.test', '.acme.example.app'] },
      { name: 'liberty', hosts: ['liberty.test', '.example.app'] },
      { name: 'zed', hosts: ['zed.example.app'] },
    ]);
    world.certify('acme', (folder) =>
      makeCertificate(folder, ['acme.test', '*.acme.example.app', 'acme.example.app']),
    );
    world.certify('liberty', (folder) => makeCertificate(folder, ['liberty.test', '*.example.app']));
    world.write();
    await world.startEdge();
  }, 60_000);
  afterAll(async () => world?.close());

  itHere.each([
    ['acme.test', 'acme', 'acme.test'],
    ['shop.acme.example.app', 'acme', 'acme.test'],
    ['liberty.test', 'liberty', 'liberty.test'],
    ['other.example.app', 'liberty', 'liberty.test'],
  ])('shows %s the certificate of %s', async (host, name, subject) => {
    const answer = await world.get(host, '/', { serverName: host });
    const { headers, ...echo } = JSON.parse(answer.text) as Echo;
    expect(echo.name).toBe(name);
    expect(headers).toMatchObject({
      'x-forwarded-proto': 'https',
      forwarded: `for=127.0.0.1;host="${host}:${world.plan.edge.httpsPort}";proto=https`,
    });
    expect(await shownName(world.plan.edge.httpsPort, host)).toBe(subject);
  });

  itHere('sends visitors without encryption there, with path and query', async () => {
    const { status, headers } = await world.get('acme.test', '/a%20b/?c=d%2F', {
      headers: { host: 'acme.test' },
    });
    expect([status, headers.location]).toEqual([
      308,
      `https://acme.test:${world.plan.edge.httpsPort}/a%20b/?c=d%2F`,
    ]);
    expect((await world.get('zed.example.app')).status).toBe(200);
  });

  itHere("never lets a tenant answer below another's wildcard", async () => {
    const answer = await world
      .get('zed.example.app', '/', { serverName: 'zed.example.app' })
      .catch(() => ({ status: 0, text: '' }));
    expect([0, 421]).toContain(answer.status);
    expect(answer.text).not.toContain('"name"');
  });

  itHere('refuses unknown names, with and without a name in the handshake', async () => {
    for (const serverName of ['unknown.test', '']) {
      const answer = await world
        .get('unknown.test', '/', { serverName })
        .catch(() => ({ status: 0, text: '' }));
      expect([0, 421]).toContain(answer.status);
      expect(answer.text).not.toContain('"name"');
    }
    // Apache has to show some certificate; the others end the handshake.
    const shown = await shownName(world.plan.edge.httpsPort, 'unknown.test').catch(() => undefined);
    expect(shown === undefined).toBe(kind !== 'apache');
  });

  itHere('refuses an unknown host behind a known name', async () => {
    const answer = await world.get('unknown.test', '/', { serverName: 'acme.test' });
    expect([answer.status, answer.text.includes('"name"')]).toEqual([421, false]);
  });
});

const isCaddyHere = isInstalled('caddy');
const itCaddy = isCaddyHere ? it : it.skip;

describe('certificates on demand at Caddy', () => {
  let world: EdgeWorld;
  beforeAll(async () => {
    if (!isCaddyHere) return;
    const tenants = [{ name: 'acme', hosts: ['acme.test', '.acme.example.app'] }];
    world = await EdgeWorld.open('caddy', tenants, { onDemandTls: 'internal' });
    await world.startEdge();
  }, 60_000);
  afterAll(async () => world?.close());

  itCaddy.each(['acme.test', 'shop.acme.example.app'])('are made for %s', async (host) => {
    expect(await shownName(world.plan.edge.httpsPort, host)).toBe(host);
    const answer = await world.get(host, '/', { serverName: host });
    expect((JSON.parse(answer.text) as Echo).name).toBe('acme');
  });

  itCaddy.each(['unknown.test', 'acme.example.app.unknown.test', 'xacme.test'])(
    'are not made for %s',
    async (host) => {
      await expect(shownName(world.plan.edge.httpsPort, host)).rejects.toThrow();
    },
  );

  itCaddy('are looked up in a list on loopback', async () => {
    const port = world.plan.edge.onDemandPort ?? 0;
    const ask = async (domain: string): Promise<number> =>
      (await world.get('127.0.0.1', `/?domain=${domain}`, { port })).status;
    expect(await Promise.all(['acme.test', 'a.b.acme.example.app', 'acme.example.app'].map(ask))).toEqual([
      200, 200, 200,
    ]);
    expect(await Promise.all(['unknown.test', '', 'xacme.example.app', 'acme.test.evil'].map(ask))).toEqual([
      ...[404, 404, 404, 404],
    ]);
  });
});

/** The name on the certificate that who asks for `host` is shown; rejects when the handshake fails. */
function shownName(port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', servername: host, rejectUnauthorized: false });
    socket.on('error', reject);
    socket.on('secureConnect', () => {
      const { subject, subjectaltname = '' } = socket.getPeerCertificate();
      resolve(String(subject?.CN ?? subjectaltname.replace(/^DNS:/, '')));
      socket.destroy();
    });
  });
}
