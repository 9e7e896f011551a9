const hostHeader = /^([a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

/**
 * The host of a `Host` header: lower-cased, without port and trailing dot; `undefined` when it is not one.
 * An IPv6 literal keeps its brackets, as URLs write it (RFC 9110, section 7.2).
 */
export function hostOfHeader(header: string | undefined): string | undefined {
  if (header === undefined || header.length > 260) return undefined;
  // One trailing dot is the fully qualified spelling of the same host; it stands before the port.
  const text = header.toLowerCase().replace(/^([^:[\]]+)\.(:\d+)?$/, '$1$2');
  return hostHeader.exec(text)?.[1];
}

/**
 * Says whether a host is one of a tenant's `hosts`, by the rules of Django's ALLOWED_HOSTS
 * (https://docs.djangoproject.com/en/5.2/ref/settings/#allowed-hosts): an exact name, or `.example.app` for
 * `example.app` and every name below it. There is no pattern for "any host".
 */
export function createHostMatcher(patterns: readonly string[]): (host: string) => boolean {
  const exact = new Set<string>();
  const suffixes: string[] = [];
  for (const pattern of patterns.map((each) => each.toLowerCase())) {
    if (pattern.startsWith('.')) {
      exact.add(pattern.slice(1));
      suffixes.push(pattern);
    } else {
      exact.add(pattern);
    }
  }
  return (host) => exact.has(host) || suffixes.some((suffix) => host.endsWith(suffix));
}
