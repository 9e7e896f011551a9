import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

type Route = (request: IncomingMessage, response: ServerResponse) => unknown;

/** What the fake tenant can do. */
export const routes: Readonly<Record<string, Route>> = {
  '/': (_request, response) => response.end(`${process.env['NAME'] ?? 'fake'} ${process.pid}`),
  '/headers': (request, response) =>
    response.end(
      JSON.stringify({
        method: request.method,
        url: request.url,
        raw: request.rawHeaders,
        headers: request.headers,
      }),
    ),
  '/sum': sum,
  '/echo': (request, response) => request.pipe(response),
  '/slow': async (request, response) => {
    await pause(Number(new URL(request.url ?? '', 'http://fake').searchParams.get('ms')));
    response.end('slow');
  },
  '/never': (request) => request.once('close', () => process.stdout.write('client left\n')),
  '/events': events,
  '/cookies': (_request, response) => {
    response.writeHead(200, 'Fine', [
      ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Connection', 'X-Hop', 'X-Hop', '1', 'X-Kept', '2'],
    ]);
    response.end();
  },
  '/early': (_request, response) => {
    response.writeHead(413, { connection: 'close' });
    response.end('too large');
  },
  '/half': (_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('only this');
    setTimeout(() => response.destroy(), 20);
  },
  '/reset-first': (request) => request.socket.destroy(),
  '/crash': () => process.exit(1),
  '/idle': () => process.exit(0),
  '/refuse': () => process.exit(78),
  // Blocks the process for good: no signal handler, no IPC event runs any more.
  '/hang': (_request, response) =>
    response.end('hung', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)),
};

async function sum(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    hash.update(chunk);
  }
  response.end(JSON.stringify({ bytes, sha256: hash.digest('hex') }));
}

async function events(_request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  await pause(300);
  for (let count = 1; count <= 3; count += 1) {
    response.write(`data: ${count}\n\n`);
    await pause(30);
  }
  response.end();
}
