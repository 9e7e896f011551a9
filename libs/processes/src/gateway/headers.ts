import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { RequestTarget } from './request-target.js';
import type { Visitor } from './visitor.js';

/** Meant for one connection only (RFC 9110, 7.6.1). `expect` too: the gateway itself already said 100 Continue. */
const hopByHop: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization'],
  ...['te', 'trailer', 'upgrade', 'expect'],
]);
/** Naming these in Connection would take away where a body ends, or whom it is for. */
const neverDropped: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding']);
/** Only a proxy may say these, and towards a tenant the gateway is the only one. */
const spoofable = /^(x-forwarded-.*|forwarded|x-real-ip|x-tenantry-.*)$/;

/** Makes the request's headers those that the tenant is to see. They are changed in place, because httpxy reads them there. */
export function prepareHeaders(request: IncomingMessage, target: RequestTarget, visitor: Visitor): void {
  const { headers } = request;
  const named = connectionTokens(headers.connection);
  for (const name of Object.keys(headers)) {
    if (hopByHop.has(name) || named.has(name) || spoofable.test(name)) delete headers[name];
  }
  headers.host = target.authority;
  Object.assign(headers, forwardedHeaders(visitor, target));
  // Without either, Node's client would announce a chunked body of no chunks.
  if (!hasBody(request) && !bodyless.has(request.method ?? '')) headers['content-length'] = '0';
}

const bodyless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'DELETE']);

export function hasBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * The visitor alone, whatever proxies are in front of the gateway: a tenant believes its own peer, which is the gateway,
 * and would take one that is listed after the visitor for the visitor.
 */
function forwardedHeaders(visitor: Visitor, { authority }: RequestTarget): IncomingHttpHeaders {
  const { address, protocol } = visitor;
  const node = address.includes(':') ? `"[${address}]"` : address;
  return {
    'x-forwarded-for': address,
    'x-forwarded-proto': protocol,
    'x-forwarded-host': authority,
    'x-real-ip': address,
    forwarded: `for=${node};host="${authority}";proto=${protocol}`,
  };
}

/** The tenant's response headers as name, value, name, value: order, spelling and repetition as they came. */
export function responseHeaders(response: IncomingMessage): string[] {
  const named = connectionTokens(response.headers.connection);
  const kept: string[] = [];
  for (let index = 0; index < response.rawHeaders.length; index += 2) {
    const name = response.rawHeaders[index] ?? '';
    const lower = name.toLowerCase();
    // How the body is framed on the way to the client is for Node to say again.
    if (hopByHop.has(lower) || named.has(lower) || lower === 'transfer-encoding') continue;
    kept.push(name, response.rawHeaders[index + 1] ?? '');
  }
  return kept;
}

function connectionTokens(connection: string | undefined): Set<string> {
  const tokens = (connection ?? '').split(',').map((token) => token.trim().toLowerCase());
  return new Set(tokens.filter((token) => token !== '' && !neverDropped.has(token)));
}
