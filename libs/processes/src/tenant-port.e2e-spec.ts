import { once } from 'node:events';
import { Agent } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { ProcessStatus } from './launch.js';
import { ask } from './testing/client.js';
import { eventually } from './testing/eventually.js';
import { FakeSite } from './testing/fake-gateway.js';
import { FakeHome } from './testing/fake-home.js';

let port: number;
let home: FakeHome;
let site: FakeSite;

beforeEach(async () => {
  const probe = await occupy(0);
  port = (probe.address() as AddressInfo).port;
  await free(probe);
  home = new FakeHome({ launch: { address: { host: '127.0.0.1', port } } });
  site = await FakeSite.open(home, []);
});

afterEach(async () => {
  await site.close();
});

async function occupy(wanted: number): Promise<Server> {
  const server = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nstranger')).listen(
    wanted,
    '127.0.0.1',
  );
  await once(server, 'listening');
  return server;
}

async function free(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

function statusOf(tenant: string): ProcessStatus | undefined {
  return home.supervisor.status().find((status) => status.tenant === tenant);
}

describe('a tenant on a TCP port', () => {
  it('is reached by the gateway, by WebSocket and directly, and its status says where', async () => {
    expect(await home.supervisor.start('acme')).toMatchObject({ socket: `127.0.0.1:${port}` });
    expect((await site.get({})).body).toMatch(/^acme /);
    expect((await site.get({ method: 'POST', path: '/echo', body: 'written' })).body).toBe('written');
    expect((await ask({ port })).body).toMatch(/^acme /);
    const socket = new WebSocket(`ws://127.0.0.1:${site.gateway.port}/`, {
      headers: { host: 'acme.localhost' },
    });
    await once(socket, 'open');
    socket.send('said');
    const [echoed] = (await once(socket, 'message')) as [Buffer];
    expect(String(echoed)).toBe('said');
    socket.close();
  });

  it('leaves the port when it is stopped', async () => {
    await home.supervisor.start('acme');
    await home.supervisor.stop('acme');
    await free(await occupy(port));
    expect(await home.supervisor.start('acme')).toMatchObject({ state: 'running' });
  });

  it('loses no request by restarts, not even one that comes past the gateway on a connection of its own', async () => {
    await home.supervisor.start('acme');
    const failures: unknown[] = [];
    const answeredBy = new Set<string>();
    let isOver = false;
    const visit = async (throughPort: number, method: string): Promise<void> => {
      while (!isOver) {
        const agent = new Agent({ keepAlive: false });
        const asked = ask({ port: throughPort, agent, method }).catch((error: unknown) =>
          failures.push(error),
        );
        const answer = await asked;
        if (typeof answer === 'object') answeredBy.add(answer.body);
      }
    };
    const visitors = [
      visit(port, 'POST'),
      visit(port, 'POST'),
      visit(port, 'POST'),
      visit(site.gateway.port, 'POST'),
    ];
    for (let count = 0; count < 4; count += 1) await home.supervisor.restart('acme');
    isOver = true;
    await Promise.all(visitors);
    expect(failures).toEqual([]);
    expect(answeredBy.size).toBeGreaterThanOrEqual(5);
  });

  it('loses nothing by a process that hangs while it is replaced', async () => {
    home.modes['acme'] = 'stubborn';
    await home.supervisor.start('acme');
    const old = site.pidOf('acme');
    process.kill(old, 'SIGSTOP');
    home.modes['acme'] = 'well';
    const restarted = home.supervisor.restart('acme');
    await eventually(
      () => site.pidOf('acme'),
      (pid) => pid !== old && statusOf('acme')?.state === 'running',
    );
    const answers = await Promise.all(Array.from({ length: 20 }, () => site.get({ method: 'POST' })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await restarted;
  });

  it('moves to another port with the next process', async () => {
    await home.supervisor.start('acme');
    const next = await occupy(0);
    const moved = (next.address() as AddressInfo).port;
    await free(next);
    site.home.addresses['acme'] = { host: '127.0.0.1', port: moved };
    expect(await home.supervisor.restart('acme')).toMatchObject({ socket: `127.0.0.1:${moved}` });
    expect((await site.get({})).status).toBe(200);
    await free(await occupy(port));
  });

  it('says that another program has the port, starts no process, and starts when it is free', async () => {
    const stranger = await occupy(port);
    const started = home.supervisor.start('acme');
    await expect(started).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      exitCode: 1,
      message: `acme: cannot listen on 127.0.0.1:${port}, another program does.`,
      hint: 'End that program, or set another http.port for acme.',
    });
    expect(statusOf('acme')).toMatchObject({ state: 'crashed', pid: null });
    await free(stranger);
    expect((await site.get({})).body).toMatch(/^acme /);
  });

  it('is not shared with another tenant, nor with another supervisor', async () => {
    await home.supervisor.start('acme');
    await expect(home.supervisor.start('liberty')).rejects.toMatchObject({ code: 'PORT_TAKEN' });
    const other = new FakeHome({ launch: { address: { host: '127.0.0.1', port } } });
    await expect(other.supervisor.start('acme')).rejects.toMatchObject({ code: 'PORT_TAKEN' });
    await other.remove();
  });

  it('says that the address is not of this machine', async () => {
    home.addresses['acme'] = { host: '203.0.113.7', port };
    await expect(home.supervisor.start('acme')).rejects.toMatchObject({
      code: 'ADDRESS_UNUSABLE',
      message: `acme: cannot listen on 203.0.113.7:${port}: EADDRNOTAVAIL.`,
    });
  });
});
