import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask } from '../testing/client.js';
import { eventually } from '../testing/eventually.js';
import { FakeSite, openGateway } from '../testing/fake-gateway.js';
import { FakeHome } from '../testing/fake-home.js';

let site: FakeSite;

beforeAll(async () => {
  site = await FakeSite.open(new FakeHome(), ['acme', 'liberty']);
});

afterAll(async () => {
  await site.close();
});

describe('when a tenant cannot answer', () => {
  it('503 with Retry-After, the page tells no secrets, others are untouched', async () => {
    site.home.modes['zed'] = 'refuse';
    await expect(site.home.supervisor.start('zed')).rejects.toThrow('stamp');
    const answer = await site.get({ host: 'zed.localhost' });
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '60' } });
    expect(answer.body).not.toMatch(/zed|liberty|stamp|database/);
    expect((await site.get({})).status).toBe(200);
  });

  it('a request is held for so long and no longer', async () => {
    const hasty = await openGateway(site.home, {
      holdTimeoutMs: 200,
      upstream: () => new Promise(() => undefined),
    });
    expect(await ask({ port: hasty.port })).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    await hasty.close();
  });

  it('504 when it never says a word', async () => {
    const hasty = await openGateway(site.home, { responseTimeoutMs: 200 });
    expect(await ask({ port: hasty.port, path: '/never' })).toMatchObject({ status: 504 });
    await hasty.close();
  });

  it('502 when it dies of a request that must not be sent twice', async () => {
    const answer = await site.get({ path: '/reset-first', method: 'POST', body: 'once' });
    expect(answer.status).toBe(502);
  });

  it('503 when too many of its requests are open already, and others are served', async () => {
    const narrow = await openGateway(site.home, { requestsPerTenant: 1 });
    const first = ask({ port: narrow.port, path: '/slow?ms=500' });
    await pause(100);
    expect(await ask({ port: narrow.port })).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    expect((await ask({ port: narrow.port, host: 'liberty.localhost' })).status).toBe(200);
    expect((await first).status).toBe(200);
    await narrow.close();
  });

  it('is told when the client has left', async () => {
    const socket = connect({ host: '127.0.0.1', port: site.gateway.port });
    socket.write('GET /never HTTP/1.1\r\nHost: acme.localhost\r\n\r\n');
    await pause(100);
    socket.destroy();
    await eventually(
      () => readFileSync(site.home.launch('acme').logFile, 'utf8'),
      (log) => log.includes('client left'),
    );
  });

  it('wakes when it ended by itself', async () => {
    const sleepy = site.pidOf('liberty');
    // Asked twice by the gateway; the process that it wakes ends the same way.
    expect((await site.get({ host: 'liberty.localhost', path: '/idle' })).status).toBe(502);
    await eventually(
      () => site.pidOf('liberty'),
      (pid) => pid !== sleepy,
    );
    expect((await site.get({ host: 'liberty.localhost' })).body).toMatch(/^liberty /);
  });

  it('is not asked a third time for what ended two of its processes', async () => {
    const before = site.pidOf('liberty');
    expect((await site.get({ host: 'liberty.localhost', path: '/crash' })).status).toBe(502);
    expect((await site.get({ host: 'liberty.localhost' })).status).toBe(200);
    const status = site.home.supervisor.status().find(({ tenant }) => tenant === 'liberty');
    expect(status).toMatchObject({ state: 'running', restarts: 2 });
    expect(status?.pid).not.toBe(before);
  });

  it('sends again, once, what is safe to send again when its process was killed', async () => {
    const agent = new Agent({ keepAlive: true });
    const before = (await site.get({ agent })).body;
    process.kill(site.pidOf('acme'), 'SIGKILL');
    const after = await site.get({ agent });
    expect(after.status).toBe(200);
    expect(after.body).not.toBe(before);
    agent.destroy();
  });
});
