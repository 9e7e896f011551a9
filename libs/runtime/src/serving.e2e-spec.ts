import { setTimeout as pause } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { application } from '../../../tests/support/sample-app/application.js';
import { ask, SampleProcess } from '../../../tests/support/sample-app/sample-process.js';
import { testServer } from '../../../tests/support/test-postgres.js';
import { TestingHome, type TestingTenant } from './testing/testing-home.js';

const html = { accept: 'text/html' };

describe('a tenant process that listens', () => {
  const started: SampleProcess[] = [];
  let home: TestingHome;
  let acme: TestingTenant;

  beforeAll(async () => {
    home = new TestingHome(testServer(), application);
    acme = await home.addTenant('acme');
  });

  beforeEach(() => {
    acme.writeOverlay({});
  });

  afterEach(async () => {
    for (const each of started.splice(0)) await each.kill();
  });

  afterAll(async () => {
    await home.remove();
  });

  function start(): SampleProcess {
    const made = new SampleProcess({ env: { TENANT: 'acme', TENANTRY_HOME: home.dir } });
    started.push(made);
    return made;
  }

  describe('answers', () => {
    let running: SampleProcess;
    const get = (path: string, headers: Record<string, string>) =>
      ask({ socketPath: acme.socket, path, headers });

    beforeAll(async () => {
      acme.writeOverlay({ hosts: ['acme.localhost', '.acme.test'], http: { bodyLimit: '2KB' } });
      running = start();
      // One for all of these: it changes nothing that the next would see.
      started.pop();
      await running.listening();
    });

    afterAll(async () => {
      await running.kill();
    });

    it.each([
      ['acme.localhost', 200],
      ['ACME.localhost:8080', 200],
      ['acme.test.', 200],
      ['shop.acme.test', 200],
      ['liberty.localhost', 421],
      ['evil-acme.test', 421],
      ['127.0.0.1', 421],
    ])('%s with %s', async (host, status) => {
      expect((await get('/', { host })).status).toBe(status);
    });

    it('an address that is none, without naming the framework', async () => {
      const { status, text } = await get('/%zz', { host: 'acme.localhost' });
      expect([status, text]).toEqual([
        400,
        '{"error":{"code":"BAD_REQUEST","message":"The address cannot be understood."}}',
      ]);
    });

    it('unknown hosts before anything else, in words or JSON', async () => {
      const page = await get('/no-such-page', { host: 'liberty.localhost', ...html });
      expect([page.status, page.headers['content-type']]).toEqual([421, 'text/html; charset=utf-8']);
      expect(page.text).not.toMatch(/acme|liberty/i);
      const { status, text } = await get('/', { host: 'liberty.localhost' });
      expect(status).toBe(421);
      expect(JSON.parse(text)).toMatchObject({ statusCode: 421, error: 'Misdirected Request' });
    });

    it('no forwarded host that is not its own', async () => {
      const host = 'acme.localhost';
      expect((await get('/', { host, 'x-forwarded-host': 'evil.test' })).status).toBe(421);
      expect((await get('/', { host, 'x-forwarded-host': 'acme.test' })).status).toBe(200);
    });

    it('with the address of the client that the last proxy names', async () => {
      const headers = { host: 'acme.localhost', 'x-forwarded-for': '6.6.6.6, 203.0.113.7' };
      expect((await get('/ip', headers)).text).toBe('203.0.113.7');
    });

    it("the operator's questions, for any host", async () => {
      const live = await get('/health/live', { host: 'localhost' });
      expect([live.status, JSON.parse(live.text)]).toEqual([
        200,
        { tenant: 'acme', release: 'checkout', status: 'live' },
      ]);
      const ready = await get('/health/ready', { host: 'localhost' });
      expect([ready.status, JSON.parse(ready.text)]).toEqual([
        200,
        { tenant: 'acme', release: 'checkout', schemaHead: 'CreateNotes1700000000000', status: 'ready' },
      ]);
      const metrics = await get('/metrics', { host: 'localhost' });
      expect(metrics.text).toMatch(
        /^tenantry_http_requests_total\{tenant="acme",release="checkout",status="2xx"\} [1-9]/m,
      );
    });

    it.each(['/health/live', '/health/ready', '/metrics', '/%68ealth/live', '/health/ready?x'])(
      'nothing at %s through the edge',
      async (path) => {
        for (const header of ['x-forwarded-for', 'forwarded']) {
          const { status, text } = await get(path, { host: 'acme.localhost', [header]: 'for=1.2.3.4' });
          expect(status).toBe(404);
          expect(text).not.toMatch(/checkout|CreateNotes|tenantry_/);
        }
      },
    );

    it('no body beyond the limit of its settings', async () => {
      const headers = { host: 'acme.localhost', 'content-type': 'application/json' };
      const send = (title: string) =>
        ask({ socketPath: acme.socket, method: 'POST', headers, body: JSON.stringify({ title }) });
      expect((await send('x'.repeat(1000))).status).toBe(201);
      expect((await send('x'.repeat(4000))).status).toBe(413);
    });

    it('in JSON lines with tenant and release', () => {
      expect(running.log.length).toBeGreaterThan(0);
      for (const line of running.log) {
        expect(line).toMatchObject({ tenant: 'acme', release: 'checkout', level: expect.any(String) });
      }
    });
  });

  describe('stops', () => {
    it('at an error that nobody caught, which it logs without secrets', async () => {
      const running = start();
      await running.listening();
      await ask({ socketPath: acme.socket, path: '/crash', headers: { host: 'acme.localhost' } });
      expect(await running.exit()).toBe(1);
      const password = acme.database.runtimePassword.reveal();
      expect(running.stdout + running.stderr).not.toContain(password);
      expect(running.log.at(-1)).toMatchObject({
        level: 'fatal',
        tenant: 'acme',
        release: 'checkout',
        msg: 'uncaught error',
        err: { type: 'TypeError', message: expect.stringContaining('cannot connect as') },
      });
    });

    it('without losing a request of those that keep coming', async () => {
      const older = start();
      await older.listening();
      const outcomes: (number | string)[] = [];
      const over = new AbortController();
      const visitor = async (): Promise<void> => {
        while (!over.signal.aborted) {
          const answer = ask({ socketPath: acme.socket, headers: { host: 'acme.localhost' } });
          outcomes.push(await answer.then(({ status }) => status).catch((error: unknown) => String(error)));
          await pause(5);
        }
      };
      const visitors = Array.from({ length: 8 }, visitor);
      for (let restarts = 0; restarts < 3; restarts += 1) {
        const previous = started.at(-1);
        await start().listening();
        previous?.child.kill('SIGTERM');
        expect(await previous?.exit()).toBe(0);
      }
      over.abort();
      await Promise.all(visitors);
      expect(outcomes.length).toBeGreaterThan(50);
      expect(outcomes.filter((outcome) => outcome !== 200)).toEqual([]);
    });

    it('after it has finished what is under way', async () => {
      const running = start();
      await running.listening();
      const headers = { host: 'acme.localhost' };
      const slow = ask({ socketPath: acme.socket, path: '/slow?ms=800', headers });
      await ask({ socketPath: acme.socket, headers });
      running.child.kill('SIGTERM');
      expect(await slow).toMatchObject({ status: 200, text: 'slow', headers: { connection: 'close' } });
      expect(await running.exit()).toBe(0);
    });

    it('within its bound, whatever is under way', async () => {
      acme.writeOverlay({ process: { drainTimeout: '500ms' } });
      const running = start();
      await running.listening();
      const headers = { host: 'acme.localhost' };
      const slow = ask({ socketPath: acme.socket, path: '/slow?ms=20000', headers }).catch(() => 'cut off');
      await ask({ socketPath: acme.socket, headers });
      const startedAt = Date.now();
      running.child.kill('SIGTERM');
      expect(await running.exit()).toBe(0);
      expect(Date.now() - startedAt).toBeLessThan(4000);
      expect(await slow).toBe('cut off');
      expect(running.log.at(-2)).toMatchObject({ level: 'warn', requests: 1 });
    });
  });
});
