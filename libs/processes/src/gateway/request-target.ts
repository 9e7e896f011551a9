import type { IncomingMessage } from 'node:http';

export interface RequestTarget {
  /** Lower-cased, without port and final dot; `[::1]` keeps its brackets. */
  readonly hostname: string;
  /** The Host header as the tenant is to see it. */
  readonly authority: string;
  /** Path and query, beginning with `/`. */
  readonly url: string;
}

const hostPattern = /^(\[[0-9a-f:.]+\]|[a-z0-9_][a-z0-9_.-]*?)\.?(:[0-9]{1,5})?$/i;

/**
 * Reads where a request wants to go; `undefined` when it cannot be told for certain. `edgeHost` is the host that an edge
 * in front of the gateway was asked for: the edge itself may have put another one into the Host header.
 */
export function readTarget(request: IncomingMessage, edgeHost?: string): RequestTarget | undefined {
  // Of two Host headers, one proxy takes the first and the next the last: refused, not chosen from.
  const hosts = request.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
  if (hosts.length > 1) return undefined;
  const absolute = /^https?:\/\/([^/?#]+)(.*)$/i.exec(request.url ?? '');
  const authority = edgeHost ?? absolute?.[1] ?? request.headers.host ?? '';
  const hostname = hostPattern.exec(authority)?.[1];
  const url = absolute === null ? request.url : `/${(absolute[2] ?? '').replace(/^\//, '')}`;
  if (hostname === undefined || url?.startsWith('/') !== true) return undefined;
  return { hostname: hostname.toLowerCase(), authority, url };
}

/** `/health/*` and `/metrics` are for the operator's side: however they are spelled, the edge does not pass them on. */
export function isOperatorsPath(url: string): boolean {
  const path = new URL(`http://edge${decodedPath(url).replace(/\/{2,}/g, '/')}`).pathname;
  return path === '/metrics' || path.startsWith('/metrics/') || path.startsWith('/health/');
}

function decodedPath(url: string): string {
  const path = url.replace(/[?#].*$/s, '').replaceAll('\\', '/');
  try {
    return encodeURI(decodeURIComponent(path)).replaceAll('?', '%3F').replaceAll('#', '%23');
  } catch {
    return path;
  }
}
