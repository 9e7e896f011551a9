import type { IncomingMessage } from 'node:http';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Metrics } from '../operator/metrics.js';

export interface OperatorRoutes {
  readonly tenant: string;
  readonly release: string;
  readonly schemaHead: string | null;
  /** Whether new requests are welcome: false while it drains, or when the database does not answer. */
  isReady(): Promise<boolean>;
  readonly metrics: Metrics;
}

const operatorPaths: ReadonlySet<string> = new Set(['/health/live', '/health/ready', '/metrics']);

/** Whether a URL is one of the operator's, who asks by an address or another host's name. */
export function isOperatorPath(url: string | undefined): boolean {
  return url !== undefined && operatorPaths.has(url.split('?', 1)[0] ?? '');
}

/** Whether the operator's side asks, and not a visitor through an edge. */
export function isOperatorRequest({ url, headers }: Pick<IncomingMessage, 'url' | 'headers'>): boolean {
  return isOperatorPath(url) && !isForwarded(headers);
}

/** Every edge sets one of these headers; the operator's side asks without. */
function isForwarded(headers: IncomingMessage['headers']): boolean {
  return headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
}

/** `/health/live`, `/health/ready` and `/metrics`: answered on the operator's side of the edge only. */
export function addOperatorRoutes(server: FastifyInstance, routes: OperatorRoutes): void {
  const { tenant, release, schemaHead, metrics } = routes;
  // On the routes, not by the text of a URL: `/%68ealth/live` comes here too.
  const options = { onRequest: hideFromEdge };
  server.get('/health/live', options, (_request, reply) => {
    reply.header('cache-control', 'no-store').send({ tenant, release, status: 'live' });
  });
  server.get('/health/ready', options, async (_request, reply) => {
    const isReady = await routes.isReady();
    return reply
      .code(isReady ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ tenant, release, schemaHead, status: isReady ? 'ready' : 'unavailable' });
  });
  server.get('/metrics', options, (_request, reply) => {
    reply
      .header('cache-control', 'no-store')
      .type('text/plain; version=0.0.4; charset=utf-8')
      .send(metrics.render());
  });
}

function hideFromEdge({ headers }: FastifyRequest, reply: FastifyReply, done: () => void): void {
  if (isForwarded(headers)) reply.callNotFound();
  else done();
}
