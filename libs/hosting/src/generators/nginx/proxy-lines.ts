import type { HostingPlan, UnitPlan } from '../../plan.js';
import { block, quoted } from '../edge/config-text.js';
import { edgeHeader, type EdgeSite, sendsFiles, spoofableHeaders } from '../edge/edge-site.js';

/** No tenant's name has a `_`. */
export function upstreamName({ name }: Pick<EdgeSite, 'name'>): string {
  return `tenantry_${name}`;
}

/** One that keeps connections, and one that does not, for requests that must not be sent twice. */
export function upstreamLines({ edge }: HostingPlan, site: EdgeSite): string[] {
  const servers = [
    // It may be back at any moment: without this, nginx would not look again for ten seconds.
    ...site.upstreams.map((upstream) => `server ${quoted(addressOf(upstream))} max_fails=0;`),
    ...(edge.fallback === undefined ? [] : [`server ${hostAndPort(edge.fallback)} backup;`]),
  ];
  return [
    ...block(`upstream ${upstreamName(site)}`, [...servers, 'keepalive 16;', 'keepalive_timeout 30s;']),
    ...block(`upstream ${upstreamName(site)}_once`, servers),
    '',
  ];
}

function addressOf(upstream: UnitPlan['listen']): string {
  return 'socket' in upstream ? `unix:${upstream.socket}` : hostAndPort(upstream);
}

function hostAndPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What every location that asks the process inherits. */
export function proxyLines(plan: HostingPlan, { vhost, maxBodyBytes, upstreams }: EdgeSite): string[] {
  return [
    `client_max_body_size ${maxBodyBytes};`,
    'proxy_http_version 1.1;',
    '# An upload is not written to disk twice, and a form is read as it arrives.',
    'proxy_request_buffering off;',
    'proxy_max_temp_file_size 0;',
    'proxy_connect_timeout 5s;',
    `proxy_read_timeout ${vhost.requestTimeoutMs}ms;`,
    `proxy_send_timeout ${vhost.requestTimeoutMs}ms;`,
    '# Not after a time-out: a request that one process could not answer is not given to the next.',
    'proxy_next_upstream error;',
    `proxy_next_upstream_tries ${upstreams.length + 2};`,
    'proxy_redirect off;',
    // Whoever is not to send files is not listened to when it names one.
    ...(sendsFiles(plan)
      ? []
      : ['proxy_ignore_headers X-Accel-Redirect;', 'proxy_hide_header X-Accel-Redirect;']),
    ...headerLines(plan),
  ];
}

function headerLines(plan: HostingPlan): string[] {
  const set: Readonly<Record<string, string>> = {
    Host: '$host$tenantry_port',
    Upgrade: '$tenantry_upgrade',
    Connection: '$tenantry_connection',
    'X-Forwarded-For': '$remote_addr',
    'X-Forwarded-Proto': '$tenantry_proto',
    'X-Forwarded-Host': '$host$tenantry_port',
    'X-Real-IP': '$remote_addr',
    Forwarded: '"for=$tenantry_for;host=\\"$host$tenantry_port\\";proto=$tenantry_proto"',
    ...(sendsFiles(plan) ? { [edgeHeader]: 'nginx' } : {}),
  };
  return [
    ...Object.entries(set).map(([name, value]) => `proxy_set_header ${name} ${value};`),
    '# What only an edge may say.',
    ...spoofableHeaders.filter((name) => !(name in set)).map((name) => `proxy_set_header ${name} "";`),
  ];
}

export function toProcess(site: EdgeSite): string[] {
  return [`proxy_pass http://${upstreamName(site)}$tenantry_pool;`];
}

/** A location of its own, because a quiet WebSocket is no slow answer. */
export function upgradeLocation(site: EdgeSite): string[] {
  return block('location @upgrade', [
    'proxy_read_timeout 1d;',
    'proxy_send_timeout 1d;',
    `proxy_pass http://${upstreamName(site)}_once;`,
  ]);
}
