import { once } from 'node:events';
import { BoundSocket } from 'node:net';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { application } from '../../../tests/support/sample-app/application.js';
import { ask, SampleProcess } from '../../../tests/support/sample-app/sample-process.js';
import { testServer } from '../../../tests/support/test-postgres.js';
import { TestingHome } from './testing/testing-home.js';

const started: SampleProcess[] = [];
const headers = { host: 'acme.localhost' };
let home: TestingHome;

beforeAll(async () => {
  home = new TestingHome(testServer(), application);
  await home.addTenant('acme', { overlay: { process: { idleStop: '300ms' } } });
});

afterEach(async () => {
  for (const each of started.splice(0)) await each.kill();
});

afterAll(async () => {
  await home.remove();
});

function start(descriptors: readonly (number | 'ipc')[], env: Record<string, string> = {}): SampleProcess {
  const made = new SampleProcess({ descriptors, env: { TENANT: 'acme', TENANTRY_HOME: home.dir, ...env } });
  started.push(made);
  return made;
}

describe('a tenant process without requests', () => {
  it('exits 0 where its socket is held, and whoever connects meanwhile is answered by the next', async () => {
    const socketPath = join(home.dir, 'held.sock');
    // Node's types leave the path out.
    const bound: object = { path: socketPath };
    const held = new BoundSocket(bound);
    const environment = { LISTEN_FDS: '1' };
    const first = start([held.fd()], environment);
    expect(await first.exit()).toBe(0);
    expect(first.log).toContainEqual(expect.objectContaining({ msg: 'draining', reason: 'idle' }));
    const asked = ask({ socketPath, path: '/', headers });
    start([held.fd()], environment);
    expect((await asked).status).toBe(200);
    held.close();
  });

  it('asks its supervisor, and stays until it is told to go', async () => {
    const running = start(['ipc']);
    const said: unknown[] = [];
    running.child.on('message', (message) => said.push(message));
    await running.listening();
    await once(running.child, 'message');
    while (said.length < 2) await once(running.child, 'message');
    expect(said.slice(0, 2)).toMatchObject([{ type: 'ready' }, { type: 'idle' }]);
    expect((await ask({ socketPath: join(home.dir, 'run/acme.sock'), path: '/', headers })).status).toBe(200);
    // It may have said once more that it is idle before the request came.
    while (!said.some((message) => (message as { type: string }).type === 'active')) {
      await once(running.child, 'message');
    }
    running.child.kill('SIGTERM');
    expect(await running.exit()).toBe(0);
  });
});
