import type { RoutedTenant } from './gateway.js';

/**
 * Exact host first, then the longest `.suffix`. `.example.app` stands for itself and all its subdomains, as in
 * Django's ALLOWED_HOSTS (https://docs.djangoproject.com/en/stable/ref/settings/#allowed-hosts).
 */
export function createRouter(tenants: readonly RoutedTenant[]): (hostname: string) => string | undefined {
  const byHost = new Map(tenants.flatMap(({ name, hosts }) => hosts.map((host) => [host, name] as const)));
  return (hostname) => {
    const exact = byHost.get(hostname) ?? byHost.get(`.${hostname}`);
    if (exact !== undefined) return exact;
    for (let dot = hostname.indexOf('.'); dot > 0; dot = hostname.indexOf('.', dot + 1)) {
      const name = byHost.get(hostname.slice(dot));
      if (name !== undefined) return name;
    }
    return undefined;
  };
}
