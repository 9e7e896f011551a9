import type { EdgePlan } from '#libs/hosting';
import { fileSenderOf, type HostSettings } from '#libs/settings';

/** The edge server as tenantry.yaml wants it. */
export function planEdge(host: HostSettings): EdgePlan {
  const { edge, gateway, hosting, processes } = host;
  const { httpPort, httpsPort, addresses, onDemand, onDemandPort, tls } = hosting.edge;
  return {
    ...{ kind: edge, httpPort, httpsPort, onDemandPort, trustedProxies: gateway.trustedProxies },
    sendsFiles: fileSenderOf(host) !== undefined,
    ...(addresses === undefined ? {} : { addresses }),
    ...(tls === undefined ? {} : { defaultTls: tls }),
    ...(onDemand === 'off' ? {} : { onDemandTls: onDemand }),
    // Our own supervisor holds no socket for a tenant that does not run; its gateway starts the tenant and waits.
    ...(processes === 'embedded' ? { fallback: { host: reachable(gateway.host), port: gateway.port } } : {}),
  };
}

/** "All addresses" is none to connect to. */
export function reachable(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  return address === '::' ? '::1' : address;
}
