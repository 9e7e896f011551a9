import type { HostingPlan } from '../../plan.js';

export interface Listening {
  readonly isTls: boolean;
  readonly isDefault: boolean;
}

export function listenLines({ edge }: HostingPlan, { isTls, isDefault }: Listening): string[] {
  const port = isTls ? edge.httpsPort : edge.httpPort;
  const options = [...(isDefault ? ['default_server'] : []), ...(isTls ? ['ssl', 'http2'] : [])];
  const addresses = edge.addresses ?? ['0.0.0.0', '::'];
  return addresses.map((address) => {
    const place = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    return `listen ${[place, ...options].join(' ')};`;
  });
}

/** nginx itself takes an exact name before the longest wildcard, which covers all levels. */
export function serverNames(hosts: {
  readonly exact: readonly string[];
  readonly suffixes: readonly string[];
}): string[] {
  const names = [...hosts.exact, ...hosts.suffixes.map((suffix) => `*.${suffix}`)];
  return names.length === 0 ? [] : [`server_name ${names.join(' ')};`];
}
