import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type Server as HttpServer } from 'node:http';
import { type AddressInfo, Server } from 'node:net';

import { describe, expect, it, jest } from '@jest/globals';

import { drain } from './drain.js';
import { InFlight } from './in-flight.js';

interface Running {
  readonly server: HttpServer;
  readonly inFlight: InFlight;
  readonly port: number;
}

async function start(answerAfterMs: number): Promise<Running> {
  const server = createServer((_request, response) => {
    setTimeout(() => response.end('done'), answerAfterMs).unref();
  });
  const inFlight = new InFlight(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, inFlight, port: (server.address() as AddressInfo).port };
}

function drainOf({ server, inFlight }: Running, timeoutMs: number): Promise<number> {
  const close = async (): Promise<void> => {
    await new Promise((resolve) => {
      server.close(resolve);
    });
  };
  const stopListening = async (): Promise<void> => {
    await Promise.resolve(Server.prototype.close.call(server));
  };
  return drain({ server, inFlight, timeoutMs, stopListening, close });
}

describe('drain', () => {
  it('finishes a request under way and tells its client to go', async () => {
    const running = await start(400);
    const agent = new Agent({ keepAlive: true });
    const answered = once(get({ port: running.port, agent }), 'response');
    await once(running.server, 'request');
    const cutOff = drainOf(running, 5000);
    const [response] = (await answered) as [IncomingMessage];
    expect(response.headers.connection).toBe('close');
    response.resume();
    expect(await cutOff).toBe(0);
    agent.destroy();
  });

  it('cuts off what takes longer than its bound', async () => {
    const running = await start(60_000);
    const failed = once(get({ port: running.port, agent: false }), 'error').catch((error: unknown) => error);
    await once(running.server, 'request');
    const startedAt = Date.now();
    expect(await drainOf(running, 300)).toBe(1);
    expect(Date.now() - startedAt).toBeLessThan(2000);
    await failed;
  });

  it('does not wait for what a client has given up', async () => {
    const running = await start(60_000);
    const request = get({ port: running.port, agent: false });
    request.on('error', jest.fn());
    await once(running.server, 'request');
    request.destroy();
    expect(await drainOf(running, 5000)).toBe(0);
  });
});
