import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Echo } from '../../testing/echo-process.js';
import { EdgeWorld } from '../../testing/edge-world.js';
import { isInstalled, testedKinds } from '../../testing/private-edge.js';

const title = 'Acme & <b>Sons</b>';

describe.each(testedKinds)('what %s says itself', (kind) => {
  const isHere = isInstalled(kind);
  const itHere = isHere ? it : it.skip;
  let world: EdgeWorld;

  beforeAll(async () => {
    if (!isHere) return;
    const vhost = { title, uploadLimitBytes: 1024, bodyLimitBytes: 1024 };
    world = await EdgeWorld.open(kind, [
      { name: 'acme', hosts: ['acme.test'], vhost },
      { name: 'down', hosts: ['down.test'], vhost, isDown: true },
      { name: 'paused', hosts: ['paused.test'], vhost: { title, isSuspended: true } },
    ]);
    await world.startEdge();
  }, 60_000);
  afterAll(async () => world?.close());

  itHere('when a body is larger than any form can be: 413, to people and to programs', async () => {
    const body = Buffer.alloc(2 * 1024 * 1024);
    const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
    const page = await world.get('acme.test', '/admin/media', { method: 'POST', body, headers: { accept } });
    expect([page.status, page.headers['content-type']]).toEqual([413, 'text/html; charset=utf-8']);
    expect(page.text).toContain('Acme &amp; &lt;b&gt;Sons&lt;/b&gt;');
    const json = await world.get('acme.test', '/api/media', {
      ...{ method: 'POST', body, headers: { accept: 'application/json' } },
    });
    expect([json.status, json.headers['content-type']]).toEqual([413, 'application/json; charset=utf-8']);
    expect(JSON.parse(json.text)).toEqual({
      error: { code: 'BODY_TOO_LARGE', message: 'Too large. What you sent is larger than this site takes.' },
    });
  });

  itHere('nothing to a body that the process is to judge', async () => {
    const body = Buffer.alloc(900 * 1024);
    const answer = await world.get('acme.test', '/api/media', { method: 'POST', body });
    expect((JSON.parse(answer.text) as Echo).bodyBytes).toBe(body.length);
  });

  itHere('of a suspended tenant: 503, when to come back, in its own design', async () => {
    for (const path of ['/', '/media/harbour.png', '/_assets/site.3fa90b1c.css', '/health/ready']) {
      const { status, headers, text } = await world.get('paused.test', path);
      expect([status, headers['retry-after'], headers['cache-control']]).toEqual([503, '3600', 'no-store']);
      expect(text).toContain('Acme &amp; &lt;b&gt;Sons&lt;/b&gt;');
      expect(text).toContain('background:#fffdf7');
    }
    expect((await world.get('paused.test', '/form', { method: 'POST', body: 'a=b' })).status).toBe(503);
  });

  itHere(
    'of a process that cannot be reached: 502 or 503, and answers again as soon as it is back',
    async () => {
      const { status, text, headers } = await world.get('down.test');
      expect([502, 503]).toContain(status);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(text).toContain('Acme &amp; &lt;b&gt;Sons&lt;/b&gt;');
      await world.startProcess('down');
      expect((await world.get('down.test')).status).toBe(200);
    },
  );

  itHere('nothing to who asks for its pages', async () => {
    for (const path of ['/_edge/pages/503.html', '/%5Fedge/pages/503.html', '//_edge/pages/503.html']) {
      const answer = await world.get('acme.test', path);
      expect([path, answer.text.includes('back soon')]).toEqual([path, false]);
    }
  });

  itHere('nothing about itself or the home', async () => {
    const answers = [
      await world.get('paused.test'),
      await world.get('nobody.test'),
      await world.get('acme.test', '/metrics'),
    ];
    for (const { text, headers } of answers) {
      expect(text).not.toContain(world.home);
      expect(headers.server ?? '').not.toMatch(/\d/);
    }
  });

  itHere('into the log of each tenant', async () => {
    // As at port 80: Caddy 2.6 does not look behind a port for whose log it is.
    await world.get('acme.test', '/only-acme', { headers: { host: 'acme.test' } });
    const log = (name: string): string => readIfThere(`${world.home}/run/log/edge-${name}.access.log`);
    for (const deadline = Date.now() + 5000; Date.now() < deadline && !log('acme').includes('/only-acme');) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(log('acme')).toContain('/only-acme');
    expect(log('paused')).not.toContain('/only-acme');
  });
});

/** Caddy makes a log with its first line. */
function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
