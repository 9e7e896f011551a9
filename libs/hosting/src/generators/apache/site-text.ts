import type { HostingPlan } from '../../plan.js';
import { fileText, quoted, section } from '../edge/config-text.js';
import {
  edgeHeader,
  type EdgeSite,
  hashedAsset,
  operatorPaths,
  sendsFiles,
  spoofableHeaders,
} from '../edge/edge-site.js';
import { assetTypes, foreverCaching } from '../edge/media-types.js';
import { pageStatuses, suspendedRetrySeconds } from '../edge/pages.js';
import { logLines, pageLines } from './preamble-text.js';
import { balancerLines, proxyPass } from './proxy-lines.js';

/** What a site answers, wherever its hosts are: exact names and wildcards are virtual hosts of their own. */
export function siteText(plan: HostingPlan, site: EdgeSite): string {
  const lines = site.isSuspended ? suspendedLines(site) : servingLines(plan, site);
  return fileText({ home: plan.home, tenant: site.vhost.tenant }, [
    ...logLines(site),
    'UseCanonicalName Off',
    'RewriteEngine On',
    ...lines,
  ]);
}

function suspendedLines({ pagesDir }: EdgeSite): string[] {
  const retry = `Header always set Retry-After ${suspendedRetrySeconds}`;
  return [...pageLines(pagesDir, [503], [retry]), 'RewriteRule "^/(?!_edge/pages/)" - [R=503,L]'];
}

function servingLines(plan: HostingPlan, site: EdgeSite): string[] {
  return [
    ...pageLines(site.pagesDir, pageStatuses),
    // A file that is a link is refused: to a visitor, it is not there.
    'ErrorDocument 403 /_edge/pages/404.html',
    // LimitRequestBody is passed over for what goes to a proxy; a body without a length is for the process to count.
    `RewriteCond expr "%{HTTP:Content-Length} -gt ${site.maxBodyBytes}"`,
    'RewriteRule "^/(?!_edge/pages/)" - [R=413,L]',
    'RequestReadTimeout header=20-40,MinRate=500 body=0',
    // Apache decodes once to choose, and the process gets what the visitor sent.
    'AllowEncodedSlashes NoDecode',
    '# For the operator, on its own side only.',
    `RewriteRule "${operatorPaths}" - [R=404,L]`,
    // An ErrorDocument is asked for from inside, with this variable; nobody else can set it.
    'RewriteCond "%{ENV:REDIRECT_STATUS}" "^$"',
    'RewriteRule "^/+_edge/" - [R=404,L]',
    ...assetLines(site),
    ...publicMediaLines(site),
    ...(sendsFiles(plan) ? handOffLines(site) : ['Header unset X-Sendfile']),
    ...realAddress(plan),
    ...headerLines(plan),
    ...balancerLines(plan, site),
    'ProxyPreserveHost On',
    'ProxyAddHeaders Off',
    `ProxyTimeout ${Math.ceil(site.vhost.requestTimeoutMs / 1000)}`,
    'ProxyPass "/_edge/pages/" "!"',
    proxyPass(site),
  ];
}

/** A name that carries a hash never changes its content; what is not there, the process answers from its own release. */
function assetLines({ assetsDir }: EdgeSite): string[] {
  return [
    `RewriteCond ${quoted(assetsDir).slice(0, -1)}/$1" -f`,
    `RewriteRule "^/_assets/(${hashedAsset})$" ${quoted(assetsDir).slice(0, -1)}/$1" [END]`,
    ...section(`Directory ${quoted(assetsDir)}`, [
      'Options FollowSymLinks',
      'AllowOverride None',
      'Require all granted',
      'SetHandler default-handler',
      ...assetTypes.map(
        ([type, endings]) => `AddType "${type}" ${endings.map((each) => `.${each}`).join(' ')}`,
      ),
      'AddOutputFilterByType DEFLATE text/css text/javascript application/json image/svg+xml',
      `Header set Cache-Control "${foreverCaching}"`,
      'Header set X-Content-Type-Options nosniff',
    ]),
  ];
}

function publicMediaLines({ media }: EdgeSite): string[] {
  if (media?.isOpen !== true) return [];
  const file = `${quoted(media.publicDir).slice(0, -1)}/$1"`;
  return [
    // Neither folders nor hidden files, and nothing of `private/`: the process decides about the rest.
    `RewriteCond ${file} -f`,
    `RewriteRule "^/media/(?!private/)((?:[^./][^/]*/)*[^./][^/]*)$" ${file} [END]`,
    ...section(`Directory ${quoted(media.publicDir)}`, ['Include "${TENANTRY_APACHE}/media.conf"']),
  ];
}

/** Files that the process has decided to send, by X-Sendfile with the path as it is. */
function handOffLines({ media }: EdgeSite): string[] {
  if (media === undefined) return [];
  return [
    'XSendFile On',
    `XSendFilePath ${quoted(media.privateDir)}`,
    `XSendFilePath ${quoted(media.publicDir)}`,
  ];
}

function realAddress({ edge }: HostingPlan): string[] {
  if (edge.trustedProxies.length === 0) return [];
  const proxies = edge.trustedProxies.map((network) => `RemoteIPInternalProxy ${network}`);
  return ['RemoteIPHeader X-Forwarded-For', ...proxies];
}

function headerLines(plan: HostingPlan): string[] {
  const isTrusted = plan.edge.trustedProxies.map((network) => `%{CONN_REMOTE_ADDR} -ipmatch '${network}'`);
  const set: Readonly<Record<string, string>> = {
    'X-Forwarded-For': 'expr=%{REMOTE_ADDR}',
    'X-Forwarded-Host': 'expr=%{HTTP_HOST}',
    'X-Real-IP': 'expr=%{REMOTE_ADDR}',
    ...(sendsFiles(plan) ? { [edgeHeader]: 'apache' } : {}),
  };
  return [
    '# What only an edge may say.',
    ...(isTrusted.length === 0
      ? []
      : [
          `SetEnvIfExpr "(${isTrusted.join(' || ')}) && %{HTTP:X-Forwarded-Proto} == 'https'" tenantry_https`,
        ]),
    ...spoofableHeaders.filter((name) => !(name in set)).map((name) => `RequestHeader unset ${name}`),
    ...Object.entries(set).map(([name, value]) => `RequestHeader set ${name} "${value}"`),
    ...schemeLines('%{REQUEST_SCHEME}', ''),
    ...schemeLines('https', ' env=tenantry_https'),
  ];
}

function schemeLines(scheme: string, condition: string): string[] {
  return [
    `RequestHeader set X-Forwarded-Proto "expr=${scheme}"${condition}`,
    `RequestHeader set Forwarded "expr=for=%{REMOTE_ADDR};host=\\"%{HTTP_HOST}\\";proto=${scheme}"${condition}`,
  ];
}
