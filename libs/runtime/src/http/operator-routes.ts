import type { FastifyInstance, FastifyRequest } from 'fastify';

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

/** Decided by the route that matched, not by the text of the URL: `/%68ealth/live` is the same route. */
export function isOperatorRoute(request: FastifyRequest): boolean {
  const path = request.routeOptions.url;
  return path !== undefined && operatorPaths.has(path);
}

/** Every edge sets one of these; only the operator's side asks without. */
export function isThroughEdge(request: FastifyRequest): boolean {
  const { headers } = request;
  return headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
}

/** `/health/live`, `/health/ready` and `/metrics`: answered for any host, on the operator's side of the edge. */
export function addOperatorRoutes(server: FastifyInstance, routes: OperatorRoutes): void {
  const { tenant, release, schemaHead, metrics } = routes;
  server.get('/health/live', (_request, reply) => {
    reply.header('cache-control', 'no-store').send({ tenant, release, status: 'live' });
  });
  server.get('/health/ready', async (_request, reply) => {
    const isReady = await routes.isReady();
    return reply
      .code(isReady ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ tenant, release, schemaHead, status: isReady ? 'ready' : 'unavailable' });
  });
  server.get('/metrics', (_request, reply) => {
    reply
      .header('cache-control', 'no-store')
      .type('text/plain; version=0.0.4; charset=utf-8')
      .send(metrics.render());
  });
}
