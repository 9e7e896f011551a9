import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { createHostMatcher, hostOfHeader } from './host-patterns.js';
import { isOperatorPath } from './operator-routes.js';
import type { TrustProxy } from './trust-proxy.js';

const explanation = 'This server does not serve the requested host.';

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Misdirected request</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:15vh auto;max-width:32rem;padding:0 1.5rem;color:#222}</style>
</head>
<body><h1>Misdirected request</h1><p>${explanation}</p></body>
</html>
`;

export interface HostCheck {
  readonly hosts: readonly string[];
  readonly trustProxy: TrustProxy;
}

/** Answers 421 to every request for a host that is not the tenant's, before anything of the application runs. */
export function addHostCheck(server: FastifyInstance, { hosts, trustProxy }: HostCheck): void {
  const isServed = createHeaderCheck(hosts);
  server.addHook('onRequest', (request, reply, done) => {
    const { headers, url } = request.raw;
    if (isServed(headers.host) && isServedForwarded(request, isServed, trustProxy)) done();
    else if (isOperatorPath(url)) done();
    else refuse(request, reply);
  });
}

const mostRemembered = 100;

/** Visitors send a few spellings of the tenant's hosts over and over: those that passed are remembered. */
function createHeaderCheck(hosts: readonly string[]): (header: string | undefined) => boolean {
  const matches = createHostMatcher(hosts);
  const passed = new Set<string>();
  return (header) => {
    if (header === undefined) return false;
    if (passed.has(header)) return true;
    const host = hostOfHeader(header);
    if (host === undefined || !matches(host)) return false;
    if (passed.size < mostRemembered) passed.add(header);
    return true;
  };
}

/** A trusted X-Forwarded-Host becomes `request.host`, so links would be built from it: it passes the same check. */
function isServedForwarded(
  request: FastifyRequest,
  isServed: (header: string | undefined) => boolean,
  trustProxy: TrustProxy,
): boolean {
  const forwarded = request.headers['x-forwarded-host'];
  if (forwarded === undefined || !trustProxy(request.raw.socket.remoteAddress, 0)) return true;
  return isServed(request.host);
}

function refuse(request: FastifyRequest, reply: FastifyReply): void {
  reply.code(421).header('cache-control', 'no-store');
  if (request.headers.accept?.includes('text/html') === true) {
    reply.type('text/html; charset=utf-8').send(page);
  } else {
    reply.send({ statusCode: 421, error: 'Misdirected Request', message: explanation });
  }
}
