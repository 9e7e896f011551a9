import { join } from 'node:path';
import type { HostingPlan } from '../../plan.js';
import { block, fileText, quoted } from '../edge/config-text.js';
import { edgeSites, hostsToRefuseOverTls, pagesFolder, unknownHostName } from '../edge/edge-site.js';
import { endingsOf, inertPolicy, playerPolicy } from '../edge/media-types.js';
import { pagePolicy } from '../edge/pages.js';
import { listenLines, serverNames } from './listen.js';

/** What all sites use: variables, the format of their logs, and who answers for hosts that are nobody's. */
export function httpText(plan: HostingPlan): string {
  return fileText({ home: plan.home }, [
    // Hosts of tenants are long, and many.
    'server_names_hash_bucket_size 256;',
    'server_names_hash_max_size 8192;',
    'map_hash_bucket_size 256;',
    '',
    ...visitorVariables(plan),
    ...requestVariables,
    ...mediaVariables,
    ...logFormat,
    ...refusals(plan),
  ]);
}

function visitorVariables({ edge }: HostingPlan): string[] {
  return [
    '# Who asks, as far as it can be told for certain: only a listed proxy is asked how its visitor came.',
    ...block('geo $realip_remote_addr $tenantry_from_proxy', [
      'default no;',
      ...edge.trustedProxies.map((network) => `${network} yes;`),
    ]),
    ...block('map "$tenantry_from_proxy $http_x_forwarded_proto" $tenantry_proto', [
      'default $scheme;',
      '"yes http" http;',
      '"yes https" https;',
    ]),
    ...block('map $remote_addr $tenantry_for', ['default $remote_addr;', '~: "\\"[$remote_addr]\\"";']),
    ...block('map $http_host $tenantry_port', [
      'default "";',
      '"~(?<tenantry_given_port>:\\d+)$" $tenantry_given_port;',
    ]),
    '',
  ];
}

const requestVariables: readonly string[] = [
  '# Other protocols than WebSocket, such as h2c, are an offer that is not taken.',
  ...block('map $http_upgrade $tenantry_upgrade', ['default "";', '~*^websocket$ websocket;']),
  ...block('map $tenantry_upgrade $tenantry_connection', ['default "";', 'websocket upgrade;']),
  '# A kept connection can be closed by a process that stops, just as a request is written to it. nginx sends the request',
  '# again where that does no harm; the others get a connection of their own.',
  ...block('map $request_method $tenantry_pool', ['default _once;', '~^(?:GET|HEAD|OPTIONS)$ "";']),
  ...block('map $http_accept $tenantry_form', [
    'default html;',
    '~*text/html html;',
    '~*application/json json;',
  ]),
  '',
];

const mediaVariables: readonly string[] = [
  '# An HTML or SVG upload is a page with scripts if a browser opens it at the address of the site.',
  ...block('map $uri $tenantry_media_policy', [
    `default "${inertPolicy}";`,
    `"~*\\.(?:${endingsOf('player')})$" "${playerPolicy}";`,
  ]),
  ...block('map $uri $tenantry_media_disposition', [
    'default attachment;',
    `"~*\\.(?:${endingsOf('image')}|${endingsOf('player')})$" inline;`,
  ]),
  '',
];

const logFormat: readonly string[] = [
  'log_format tenantry \'$remote_addr - [$time_iso8601] $host "$request" $status $body_bytes_sent \'',
  `  '"$http_referer" "$http_user_agent" $request_time $upstream_response_time';`,
  '',
];

function refusals(plan: HostingPlan): string[] {
  const { exact, suffixes } = hostsToRefuseOverTls(edgeSites(plan));
  return [
    ...block('server', [
      ...listenLines(plan, { isTls: false, isDefault: true }),
      'server_name _;',
      ...misdirected(plan),
    ]),
    '',
    '# A handshake without a name, or for one that has no certificate here, ends: there is nothing to show.',
    ...block('server', [
      ...listenLines(plan, { isTls: true, isDefault: true }),
      ...serverNames({ exact: ['_', ...exact], suffixes }),
      'ssl_reject_handshake on;',
      ...misdirected(plan),
    ]),
  ];
}

function misdirected(plan: HostingPlan): string[] {
  return [
    'error_page 421 /_edge/pages/421.$tenantry_form;',
    ...block('location /', ['return 421;']),
    ...block('location ^~ /_edge/pages/', [
      'internal;',
      `alias ${quoted(`${join(plan.home, pagesFolder(plan, unknownHostName))}/`)};`,
      ...pageHeaders,
    ]),
  ];
}

/** For what is in the folder of a site's pages. */
export const pageHeaders: readonly string[] = [
  'types { "text/html; charset=utf-8" html; "application/json; charset=utf-8" json; }',
  'add_header Cache-Control no-store always;',
  'add_header X-Content-Type-Options nosniff always;',
  `add_header Content-Security-Policy "${pagePolicy}" always;`,
];
