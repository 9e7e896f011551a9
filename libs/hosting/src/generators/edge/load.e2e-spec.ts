import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Echo, EchoProcess } from '../../testing/echo-process.js';
import { EdgeWorld } from '../../testing/edge-world.js';
import { freePorts, isInstalled, testedKinds } from '../../testing/private-edge.js';

describe.each(testedKinds)('%s under load', (kind) => {
  const isHere = isInstalled(kind);
  const itHere = isHere ? it : it.skip;
  let world: EdgeWorld;
  let gateway: EchoProcess;

  beforeAll(async () => {
    if (!isHere) return;
    const [port = 0] = await freePorts(1);
    gateway = await EchoProcess.start({ name: 'gateway', socket: { host: '127.0.0.1', port } });
    const tenants = [
      { name: 'acme', hosts: ['acme.test'] },
      { name: 'idle', hosts: ['idle.test'], isDown: true },
      { name: 'busy', hosts: ['busy.test'], unit: { workers: 3 } },
    ];
    const edge = { fallback: { host: '127.0.0.1', port }, trustedProxies: ['127.0.0.0/8'] };
    world = await EdgeWorld.open(kind, tenants, edge);
    await world.startProcess('busy', 2);
    await world.startEdge();
  }, 60_000);
  afterAll(async () => {
    await world?.close();
    await gateway?.stop();
  });

  itHere(
    'loses no request while it is reloaded, again and again',
    async () => {
      const failures: string[] = [];
      let asked = 0;
      let isOver = false;
      const visitor = async (): Promise<void> => {
        while (!isOver) {
          asked += 1;
          const answer = await world
            .get('acme.test', '/')
            .catch((error: unknown) => ({ status: String(error) }));
          if (answer.status !== 200) failures.push(String(answer.status));
          await sleep(2);
        }
      };
      const visitors = Promise.all([visitor(), visitor(), visitor()]);
      for (const _round of [1, 2, 3]) await world.reload();
      isOver = true;
      await visitors;
      expect(failures).toEqual([]);
      expect(asked).toBeGreaterThan(30);
    },
    30_000,
  );

  itHere('asks the gateway where a process is stopped, also for what must not be sent twice', async () => {
    for (const method of ['GET', 'POST']) {
      const { text } = await world.get('idle.test', '/wake', {
        method,
        ...(method === 'POST' ? { body: 'a=b' } : {}),
      });
      const echo = JSON.parse(text) as Echo;
      expect([echo.name, echo.method, echo.headers['host']]).toEqual([
        ...['gateway', method, `idle.test:${world.plan.edge.httpPort}`],
      ]);
    }
    await world.startProcess('idle');
    // The others look again after a second.
    await sleep(kind === 'nginx' ? 0 : 1200);
    expect((JSON.parse((await world.get('idle.test')).text) as Echo).name).toBe('idle');
  });

  itHere('spreads requests over workers, and passes over one that is down', async () => {
    const names = new Set<string>();
    for (let number = 0; number < 12; number += 1) {
      const method = number % 2 === 0 ? 'GET' : 'POST';
      const { text } = await world.get('busy.test', '/', { method, body: method === 'POST' ? 'a=b' : '' });
      names.add((JSON.parse(text) as Echo).name);
    }
    // Caddy leaves the turns to the gateway.
    expect([...names].sort()).toEqual(kind === 'caddy' ? ['gateway'] : ['busy', 'busy 2']);
  });

  itHere('believes a listed proxy about its visitor, and no other', async () => {
    const headers = { 'x-forwarded-for': '198.51.100.7, 203.0.113.9', 'x-forwarded-proto': 'https' };
    const { headers: seen } = JSON.parse((await world.get('acme.test', '/', { headers })).text) as Echo;
    expect(seen).toMatchObject({
      'x-forwarded-for': '203.0.113.9',
      'x-real-ip': '203.0.113.9',
      'x-forwarded-proto': 'https',
      forwarded: expect.stringMatching(/^for=203\.0\.113\.9;host="acme\.test:\d+";proto=https$/),
    });
  });
});
