import { request } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TenantConnections } from './connections.js';

const folder = mkdtempSync(join(tmpdir(), 'tenantry-connections-'));
const address = { path: join(folder, 'tenant.sock') };
const closed = new Int32Array(new SharedArrayBuffer(4));

/** Answers when it has read ten bytes of a body, closes, and says so: on a thread of its own, since the test blocks its own. */
const tenant = new Worker(
  `const { workerData, parentPort } = require('node:worker_threads');
   const server = require('node:net').createServer((socket) => {
     let head = '';
     socket.on('data', (chunk) => {
       head += chunk;
       if (!head.endsWith('0123456789')) return;
       socket.once('close', () => {
         Atomics.store(workerData.closed, 0, 1);
         Atomics.notify(workerData.closed, 0);
       });
       socket.end('HTTP/1.1 401 Unauthorized\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nno', () => socket.destroy());
     });
   });
   server.listen(workerData.path, () => parentPort.postMessage('listening'));`,
  { eval: true, workerData: { ...address, closed } },
);

beforeAll(() => once(tenant, 'message'));

afterAll(async () => {
  await tenant.terminate();
  rmSync(folder, { recursive: true });
});

it('delivers the answer of a tenant that has closed before the end of the request is written', async () => {
  const agent = new TenantConnections().single({ address, worker: 0, generation: 1 });
  const outgoing = request({ agent, method: 'POST', headers: { 'content-length': 10 } });
  const answered = once(outgoing, 'response');
  outgoing.flushHeaders();
  await once(outgoing, 'socket');
  await new Promise((sent) => outgoing.write('0123456789', sent));
  Atomics.wait(closed, 0, 0, 10_000);
  // As Node does when a request is ended while some of it is still being written.
  outgoing.socket?.write('');
  expect((await answered) as unknown[]).toMatchObject([{ statusCode: 401 }]);
});
