import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { FastifyInstance } from 'fastify';

const mostBytes = 100 * 1024 * 1024;
const mostMs = 10_000;

/**
 * What is left of a request's body is read before its answer is sent, within bounds: whoever sends it looks for an answer
 * only when all is sent, and a connection that is closed over unread bytes takes the answer with it. A proxy makes a 502
 * of that.
 */
export function readRestBeforeAnswers(server: Pick<FastifyInstance, 'addHook'>): void {
  server.addHook('onSend', ({ raw }, reply, payload, done) => {
    // An answer that streams while the request still does may be made of it.
    const isInUse = payload instanceof Readable && reply.statusCode < 400;
    if (isInUse || !isUnread(raw)) return done();
    void readRest(raw).then(() => done());
  });
}

function isUnread(raw: IncomingMessage): boolean {
  const { 'transfer-encoding': encoding, 'content-length': length = '0' } = raw.headers;
  return !raw.readableEnded && !raw.destroyed && (encoding !== undefined || length !== '0');
}

async function readRest(raw: IncomingMessage): Promise<void> {
  let bytes = 0;
  raw.unpipe();
  raw.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostBytes) raw.destroy();
  });
  raw.resume();
  // Whoever sends no more is answered all the same.
  await finished(raw, { signal: AbortSignal.timeout(mostMs) }).catch(() => undefined);
}
