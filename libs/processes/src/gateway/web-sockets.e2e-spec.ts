import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { eventually } from '../testing/eventually.js';
import { FakeSite } from '../testing/fake-gateway.js';
import { FakeHome } from '../testing/fake-home.js';

let site: FakeSite;

beforeAll(async () => {
  site = await FakeSite.open(new FakeHome(), ['acme', 'liberty']);
});

afterAll(async () => {
  await site.close();
});

describe('WebSockets', () => {
  function dial(host: string): WebSocket {
    return new WebSocket(`ws://127.0.0.1:${site.gateway.port}/socket`, { headers: { host } });
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
    await site.kill('acme');
    const socket = dial('acme.localhost');
    await once(socket, 'open');
    socket.close();
  });

  it('end when their tenant does', async () => {
    const socket = dial('acme.localhost');
    await once(socket, 'open');
    process.kill(site.pidOf('acme'), 'SIGKILL');
    await once(socket, 'close');
    await eventually(
      () => site.home.supervisor.status(),
      (all) => all.some((one) => one.tenant === 'acme' && one.state === 'running'),
    );
  });
});
