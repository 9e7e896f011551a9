import { join } from 'node:path';
import type { HostingPlan } from '../../plan.js';
import { fileText, quoted, section } from '../edge/config-text.js';
import {
  type EdgeSite,
  edgeSites,
  hostsToRefuseOverTls,
  mostSpecificFirst,
  pagesFolder,
  unknownHostName,
} from '../edge/edge-site.js';
import { pagePolicy } from '../edge/pages.js';
import { loadLine } from './main-text.js';

const modules = [
  ...['authz_core', 'alias', 'rewrite', 'headers', 'mime', 'filter', 'deflate', 'reqtimeout', 'remoteip'],
  ...['proxy', 'proxy_http', 'slotmem_shm', 'proxy_balancer', 'lbmethod_byrequests', 'setenvif', 'xsendfile'],
];

/** Modules, ports, and the virtual hosts in an order in which the first that fits is the right one. */
export function preambleText(plan: HostingPlan): string {
  const sites = edgeSites(plan);
  const hasTls = sites.some(({ vhost }) => vhost.tls !== undefined);
  const ports = hasTls ? [plan.edge.httpPort, plan.edge.httpsPort] : [plan.edge.httpPort];
  return fileText({ home: plan.home }, [
    ...(hasTls ? [...modules, 'socache_shmcb', 'ssl'] : modules).flatMap(loadLine),
    '<IfDefine !TENANTRY_APACHE>',
    `  Define TENANTRY_APACHE ${quoted(join(plan.home, 'hosting/apache'))}`,
    '</IfDefine>',
    ...listenLines(plan, ports),
    `LogFormat "%a - [%{%Y-%m-%dT%H:%M:%S%z}t] %{Host}i \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\" %{ms}T" tenantry`,
    ...(hasTls ? ['SSLSessionCache "shmcb:ssl_session_cache(512000)"'] : []),
    '',
    ...virtualHosts(plan, sites, { isTls: false }),
    ...(hasTls ? virtualHosts(plan, sites, { isTls: true }) : []),
  ]);
}

function listenLines({ edge }: HostingPlan, ports: readonly number[]): string[] {
  const all = ports.flatMap((port) =>
    edge.addresses === undefined
      ? [`${port}`]
      : edge.addresses.map((address) => `${bracketed(address)}:${port}`),
  );
  // Debian's own ports.conf opens 80 and 443, and the same port twice is an error.
  return edge.addresses === undefined
    ? all.filter((place) => place !== '80' && place !== '443').map((place) => `Listen ${place}`)
    : all.map((place) => `Listen ${place}`);
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

interface Entry {
  /** Undefined: exact names. */
  readonly suffix: string | undefined;
  readonly names: readonly string[];
  readonly lines: readonly string[];
}

function virtualHosts(
  plan: HostingPlan,
  sites: readonly EdgeSite[],
  { isTls }: { readonly isTls: boolean },
): string[] {
  const entries = isTls ? tlsEntries(plan, sites) : sites.flatMap((site) => plainEntries(plan, site));
  const port = isTls ? plan.edge.httpsPort : plan.edge.httpPort;
  return [
    '# Apache takes the first host that fits, and the very first where none does.',
    ...section(`VirtualHost *:${port}`, [
      'ServerName unknown-host.tenantry.invalid',
      ...(isTls ? tlsLines(fallbackTls(plan, sites)) : []),
      ...misdirected(plan),
    ]),
    ...mostSpecificFirst(entries).flatMap(({ names, lines }) => {
      const [first = '', ...others] = names;
      const aliases = others.length === 0 ? [] : [`ServerAlias ${others.join(' ')}`];
      return section(`VirtualHost *:${port}`, [`ServerName ${first}`, ...aliases, ...lines]);
    }),
  ];
}

function plainEntries(plan: HostingPlan, site: EdgeSite): Entry[] {
  if (site.vhost.tls === undefined) return entriesOf(site, [include(site)]);
  const port = plan.edge.httpsPort === 443 ? '' : `:${plan.edge.httpsPort}`;
  return entriesOf(site, [
    ...logLines(site),
    'RewriteEngine On',
    // The path as it was sent: Apache's own is decoded, and not as the visitor would encode it.
    'RewriteCond "%{THE_REQUEST}" "^\\S+ (?:https?://[^/ ]+)?(/[^?\\s]*)"',
    `RewriteRule "^" "https://%{SERVER_NAME}${port}%1" [R=308,L,NE]`,
    'UseCanonicalName Off',
  ]);
}

function tlsEntries(plan: HostingPlan, sites: readonly EdgeSite[]): Entry[] {
  const own = sites.flatMap((site) => {
    const { tls } = site.vhost;
    return tls === undefined ? [] : entriesOf(site, [...tlsLines(tls), include(site)]);
  });
  const refused = hostsToRefuseOverTls(sites);
  const lines = [...tlsLines(fallbackTls(plan, sites)), ...misdirected(plan)];
  return [
    ...own,
    ...refused.exact.map((host) => ({ suffix: undefined, names: [host], lines })),
    ...refused.suffixes.map((suffix) => ({ suffix, names: wildcard(suffix), lines })),
  ];
}

function entriesOf({ exactHosts, suffixes }: EdgeSite, lines: readonly string[]): Entry[] {
  const exact = exactHosts.length === 0 ? [] : [{ suffix: undefined, names: exactHosts, lines }];
  return [...exact, ...suffixes.map((suffix) => ({ suffix, names: wildcard(suffix), lines }))];
}

/** A host needs a name of its own; this one cannot be asked for. */
function wildcard(suffix: string): string[] {
  return [`wildcard.${suffix}.tenantry.invalid`, `*.${suffix}`];
}

function include({ name }: EdgeSite): string {
  return `Include "\${TENANTRY_APACHE}/sites/${name}.conf"`;
}

export function logLines({ vhost }: EdgeSite): string[] {
  return [`CustomLog ${quoted(vhost.accessLog)} tenantry`, `ErrorLog ${quoted(vhost.errorLog)}`];
}

function tlsLines({ certificate, key }: { readonly certificate: string; readonly key: string }): string[] {
  return [
    'SSLEngine On',
    'SSLProtocol -all +TLSv1.2 +TLSv1.3',
    `SSLCertificateFile ${quoted(certificate)}`,
    `SSLCertificateKeyFile ${quoted(key)}`,
  ];
}

function fallbackTls(
  { edge }: HostingPlan,
  sites: readonly EdgeSite[],
): { certificate: string; key: string } {
  const tls = edge.defaultTls ?? sites.find(({ vhost }) => vhost.tls !== undefined)?.vhost.tls;
  if (tls === undefined) throw new TypeError('no site has a certificate');
  return tls;
}

function misdirected(plan: HostingPlan): string[] {
  const folder = join(plan.home, pagesFolder(plan, unknownHostName));
  return [...pageLines(folder, [421]), 'RewriteEngine On', 'RewriteRule "^" - [R=421,L]'];
}

const pageFolderLines = [
  'Options None',
  'AllowOverride None',
  'Require all granted',
  'AddType "text/html; charset=utf-8" .html',
  'AddType "application/json; charset=utf-8" .json',
  'Header always set Cache-Control no-store',
  'Header always set X-Content-Type-Options nosniff',
  `Header always set Content-Security-Policy "${pagePolicy}"`,
  'Header always unset ETag',
];

/** Pages of the edge's own: an ErrorDocument is an inner request, which the rules of visitors do not stop. */
export function pageLines(
  folder: string,
  statuses: readonly number[],
  more: readonly string[] = [],
): string[] {
  return [
    `Alias "/_edge/pages/" ${quoted(`${folder}/`)}`,
    ...section(`Directory ${quoted(folder)}`, [...pageFolderLines, ...more]),
    ...statuses.map((status) => `ErrorDocument ${status} /_edge/pages/${status}.html`),
    ...section(
      'If "%{HTTP_ACCEPT} =~ m#application/json#i && ! %{HTTP_ACCEPT} =~ m#text/html#i"',
      statuses.map((status) => `ErrorDocument ${status} /_edge/pages/${status}.json`),
    ),
  ];
}
