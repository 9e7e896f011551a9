import type { HostingPlan } from '../../plan.js';
import { block, fileText, quoted } from '../edge/config-text.js';
import { type EdgeSite, operatorPaths, sendsFiles } from '../edge/edge-site.js';
import { pageStatuses, suspendedRetrySeconds } from '../edge/pages.js';
import { pageHeaders } from './http-text.js';
import { listenLines, serverNames } from './listen.js';
import { assetLocation, handOffLocations, publicMediaLocations } from './file-locations.js';
import { proxyLines, toProcess, upgradeLocation, upstreamLines } from './proxy-lines.js';

/** One site: its upstreams, its servers and its locations. */
export function vhostText(plan: HostingPlan, site: EdgeSite): string {
  return fileText({ home: plan.home, tenant: site.vhost.tenant }, [
    ...(site.isSuspended ? [] : upstreamLines(plan, site)),
    ...servers(plan, site),
  ]);
}

function servers(plan: HostingPlan, site: EdgeSite): string[] {
  const names = serverNames({ exact: site.exactHosts, suffixes: site.suffixes });
  const plain = listenLines(plan, { isTls: false, isDefault: false });
  const { tls } = site.vhost;
  if (tls === undefined) return block('server', [...plain, ...names, ...answer(plan, site)]);
  const port = plan.edge.httpsPort === 443 ? '' : `:${plan.edge.httpsPort}`;
  return [
    ...block('server', [...plain, ...names, ...logs(site), `return 308 https://$host${port}$request_uri;`]),
    ...block('server', [
      ...listenLines(plan, { isTls: true, isDefault: false }),
      ...names,
      `ssl_certificate ${quoted(tls.certificate)};`,
      `ssl_certificate_key ${quoted(tls.key)};`,
      'ssl_protocols TLSv1.2 TLSv1.3;',
      'ssl_session_cache shared:tenantry:10m;',
      'ssl_session_tickets off;',
      ...answer(plan, site),
    ]),
  ];
}

function answer(plan: HostingPlan, site: EdgeSite): string[] {
  const ownPages = [...pages(site), ...logs(site), 'server_tokens off;'];
  if (site.isSuspended) return [...ownPages, ...block('location /', ['return 503;'])];
  return [
    ...ownPages,
    ...realAddress(plan),
    ...proxyLines(plan, site),
    '',
    ...upgradeLocation(site),
    ...block('location /', [
      // `return` is what is safe inside `if`: https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#if
      'if ($tenantry_upgrade) { return 418; }',
      ...toProcess(site),
    ]),
    ...block('location @process', toProcess(site)),
    '# For the operator, on its own side only.',
    ...block(`location ~ "${operatorPaths}"`, ['return 404;']),
    ...assetLocation(site),
    ...publicMediaLocations(site),
    ...(sendsFiles(plan) ? handOffLocations(site) : []),
  ];
}

function pages({ pagesDir, isSuspended }: EdgeSite): string[] {
  return [
    ...pageStatuses.map((status) => `error_page ${status} /_edge/pages/${status}.$tenantry_form;`),
    // Of no other use, and never seen outside: the way to a location that an upgrade needs.
    'error_page 418 = @upgrade;',
    ...block('location ^~ /_edge/pages/', [
      'internal;',
      `alias ${quoted(`${pagesDir}/`)};`,
      ...pageHeaders,
      ...(isSuspended ? [`add_header Retry-After ${suspendedRetrySeconds} always;`] : []),
    ]),
  ].filter((line) => !isSuspended || !line.includes('@upgrade'));
}

function logs({ vhost }: EdgeSite): string[] {
  return [`access_log ${quoted(vhost.accessLog)} tenantry;`, `error_log ${quoted(vhost.errorLog)} warn;`];
}

function realAddress({ edge }: HostingPlan): string[] {
  if (edge.trustedProxies.length === 0) return [];
  return [
    ...edge.trustedProxies.map((network) => `set_real_ip_from ${network};`),
    'real_ip_header X-Forwarded-For;',
    'real_ip_recursive on;',
  ];
}
