import { once } from 'node:events';
import { createServer, request, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, describe, expect, it } from '@jest/globals';

import { Activity } from './activity.js';
import { stopWhenIdle } from './idle-stop.js';
import { InFlight } from './in-flight.js';

const idleStopMs = 80;

interface Watched {
  readonly activity: Activity;
  readonly said: string[];
}

function watch(waker: 'supervisor' | 'socket' | undefined): Watched {
  const activity = new Activity();
  const said: string[] = [];
  stopWhenIdle({
    ...{ activity, idleStopMs, waker },
    send: ({ type }) => void said.push(type),
    stop: () => void said.push('stopped'),
  });
  return { activity, said };
}

describe('stopping when idle', () => {
  it('asks the supervisor, again while nothing happens, and takes it back when something does', async () => {
    const { activity, said } = watch('supervisor');
    await sleep(idleStopMs * 2.5);
    expect(said).toEqual(['idle', 'idle']);
    activity.begin();
    activity.end();
    activity.begin();
    expect(said).toEqual(['idle', 'idle', 'active']);
  });

  it('stops by itself where a socket is held for the next process', async () => {
    const { said } = watch('socket');
    await sleep(idleStopMs * 3);
    expect(said).toEqual(['stopped']);
  });

  it('stays where nobody would start it again', async () => {
    const { said } = watch(undefined);
    await sleep(idleStopMs * 2);
    expect(said).toEqual([]);
  });

  it('counts from when the process listens, however long its boot took', async () => {
    const activity = new Activity();
    await sleep(idleStopMs * 2);
    const said: string[] = [];
    const stop = (): void => void said.push('stopped');
    stopWhenIdle({ ...{ activity, idleStopMs, stop }, waker: 'socket', send: () => undefined });
    expect(said).toEqual([]);
    await sleep(idleStopMs * 2);
    expect(said).toEqual(['stopped']);
  });

  it('waits for work that says that it goes on', async () => {
    const { activity, said } = watch('socket');
    await activity.during(() => sleep(idleStopMs * 2));
    expect(said).toEqual([]);
    const failed = activity.during(() => Promise.reject(new TypeError('failed')));
    await expect(failed).rejects.toThrow('failed');
    await sleep(idleStopMs * 2);
    expect(said).toEqual(['stopped']);
  });
});

describe('activity of a server', () => {
  let server: HttpServer;
  let activity: Activity;

  async function start(): Promise<number> {
    server = createServer((_request, response) => {
      response.write('first ');
      setTimeout(() => response.end('last'), 60);
    });
    activity = new Activity();
    expect(new InFlight(server, activity).count).toBe(0);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function begin(port: number, path: string, headers = {}): Promise<NodeJS.ReadableStream> {
    const sent = request({ host: '127.0.0.1', port, path, headers, agent: false });
    sent.end();
    const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
    return response;
  }

  it('is a request until its body is out', async () => {
    const port = await start();
    await sleep(30);
    const response = await begin(port, '/');
    expect(activity.idleMs).toBe(0);
    await once(response.resume(), 'end');
    await sleep(20);
    expect(activity.idleMs).toBeGreaterThan(5);
    expect(activity.idleMs).toBeLessThan(60);
  });

  it("is no question of the operator's side, but one that came through the edge", async () => {
    const port = await start();
    await sleep(10);
    await begin(port, '/health/ready');
    expect(activity.idleMs).toBeGreaterThan(0);
    await begin(port, '/metrics', { 'x-forwarded-for': '1.2.3.4' });
    expect(activity.idleMs).toBe(0);
  });

  it('is a WebSocket for as long as it is open, where the application takes any', async () => {
    const port = await start();
    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    // An ordinary request as long as nobody listens for upgrades.
    await once((await begin(port, '/', headers)).resume(), 'end');
    server.on('upgrade', (_request, socket) => {
      socket.resume().on('end', () => socket.end());
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    });
    const sent = request({ host: '127.0.0.1', port, headers, agent: false });
    sent.end();
    const [, socket] = (await once(sent, 'upgrade')) as [unknown, import('node:net').Socket];
    await sleep(20);
    expect(activity.idleMs).toBe(0);
    socket.destroy();
    await sleep(20);
    expect(activity.idleMs).toBeGreaterThan(0);
  });
});
