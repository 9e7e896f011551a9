import type { HostingPlan, UnitPlan } from '../../plan.js';
import { quoted, section } from '../edge/config-text.js';
import type { EdgeSite } from '../edge/edge-site.js';

/**
 * A balancer also for one process: it alone goes on to the next member, which wakes a stopped tenant, when the first
 * cannot be reached. Connections are not kept. Apache does not send a request again whose kept connection was closed by
 * a process that stops, and over a Unix socket a new one costs little.
 */
export function balancerLines({ edge }: HostingPlan, site: EdgeSite): string[] {
  // With no wait at all, the one that cannot be reached would at once be asked again, and the other never.
  const isAlone = edge.fallback === undefined && site.upstreams.length === 1;
  const retrySeconds = isAlone ? 0 : 1;
  const options = `retry=${retrySeconds} disablereuse=on upgrade=websocket connectiontimeout=5 flushpackets=on`;
  return section(`Proxy "balancer://${site.name}"`, [
    ...site.upstreams.map(
      (upstream, index) => `BalancerMember ${quoted(addressOf(site, upstream, index))} ${options}`,
    ),
    `ProxySet maxattempts=${site.upstreams.length + 1}`,
    ...(edge.fallback === undefined
      ? []
      : [`BalancerMember ${quoted(hostAndPort(edge.fallback))} ${options} status=+H`]),
  ]);
}

/** `nocanon`: the path goes on as it was sent. */
export function proxyPass({ name }: EdgeSite): string {
  return `ProxyPass "/" "balancer://${name}/" nocanon`;
}

/** Each with a host of its own: by it Apache tells its connections apart. */
function addressOf({ name }: EdgeSite, upstream: UnitPlan['listen'], index: number): string {
  if (!('socket' in upstream)) return hostAndPort(upstream);
  return `unix:${upstream.socket}|http://${index + 1}.${name}.unit`;
}

function hostAndPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
