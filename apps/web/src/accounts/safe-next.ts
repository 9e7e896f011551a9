const fallback = '/admin';
// Only its origin is compared; the name can be nobody's (RFC 6761).
const base = 'http://site.invalid';

/**
 * Where to go after signing in: a path of this site, whatever the link said. The URL parser decides as a browser would,
 * which reads `/\evil.example`, `//evil.example` and `/<tab>/evil.example` as another host.
 */
export function safeNext(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/') || next.length > 2000) return fallback;
  if (!URL.canParse(next, base)) return fallback;
  const url = new URL(next, base);
  if (url.origin !== base || url.pathname.startsWith('//')) return fallback;
  // Signing in leads to the sign-in page only by mistake.
  return url.pathname.startsWith('/admin/sign-') ? fallback : url.pathname + url.search;
}
