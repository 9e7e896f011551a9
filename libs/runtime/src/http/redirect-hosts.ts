import type { FastifyInstance } from 'fastify';

import type { AppSites } from '../app-sites.js';
import { createHostMatcher, hostOfHeader } from './host-patterns.js';
import { isOperatorPath } from './operator-routes.js';

/** Long enough to spare visitors the way round, short enough to be taken back. */
const remembered = 'public, max-age=3600';

/** Sends visitors of hosts that the tenant has left on to the one that it has, with path, query, method and port. */
export function addRedirects(server: FastifyInstance, { redirects, served }: AppSites): void {
  const [to] = served[0].hosts;
  if (redirects.length === 0 || to === undefined) return;
  const isLeft = createHostMatcher(redirects);
  const host = to.replace(/^\./, '');
  server.addHook('onRequest', (request, reply, done) => {
    const asked = hostOfHeader(request.host);
    if (asked === undefined || !isLeft(asked) || isOperatorPath(request.raw.url ?? '')) return done();
    const port = /:\d+$/.exec(request.host)?.[0] ?? '';
    reply.header('cache-control', remembered);
    reply.redirect(`${request.protocol}://${host}${port}${request.raw.url ?? '/'}`, 308);
  });
}
