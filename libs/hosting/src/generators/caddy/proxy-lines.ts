import type { HostingPlan, UnitPlan } from '../../plan.js';
import { block, quoted } from '../edge/config-text.js';
import { edgeHeader, type EdgeSite, sendsFiles, spoofableHeaders } from '../edge/edge-site.js';

/** Who asks, as far as it can be told for certain: only a listed proxy is asked how its visitor came. */
export function visitorLines({ edge }: HostingPlan): string[] {
  const own = ['vars visitor {remote_host}', 'vars proto {scheme}'];
  if (edge.trustedProxies.length === 0) return own;
  const from = `remote_ip ${edge.trustedProxies.join(' ')}`;
  return [
    ...own,
    ...block('@forwarded', [from, 'header_regexp forwarded X-Forwarded-For ([^,\\s]+)\\s*$']),
    'vars @forwarded visitor {re.forwarded.1}',
    ...block('@encrypted', [from, 'header X-Forwarded-Proto https']),
    'vars @encrypted proto https',
  ];
}

export function proxyLines(plan: HostingPlan, site: EdgeSite): string[] {
  const [upstream, ...others] = site.upstreams;
  const { fallback } = plan.edge;
  const gateway = fallback === undefined ? [] : [hostAndPort(fallback)];
  // "The first that answers" and "each in turn" do not go together: among workers the gateway takes turns.
  const own = upstream === undefined || others.length > 0 ? [] : [quoted(addressOf(upstream))];
  const addresses = [...own, ...gateway];
  return block(`reverse_proxy ${addresses.join(' ')}`, [
    // The second wakes a stopped tenant; the first is tried again after a moment.
    ...(addresses.length === 1 ? [] : ['lb_policy first', 'lb_try_duration 5s', 'fail_duration 1s']),
    ...block('transport http', [
      'dial_timeout 5s',
      `response_header_timeout ${site.vhost.requestTimeoutMs}ms`,
      'keepalive 30s',
      // What a visitor did not ask for is not decoded on the way.
      'compression off',
    ]),
    ...headerLines(plan),
    ...(sendsFiles(plan) ? handOffLines(site) : ['header_down -X-Accel-Redirect']),
  ]);
}

/** Which Caddy sets anew by itself, and complains of when told to. */
const caddysOwn: ReadonlySet<string> = new Set(['X-Forwarded-Host']);

function headerLines(plan: HostingPlan): string[] {
  const set: Readonly<Record<string, string>> = {
    'X-Forwarded-For': '{vars.visitor}',
    'X-Forwarded-Proto': '{vars.proto}',
    'X-Real-IP': '{vars.visitor}',
    Forwarded: '"for={vars.visitor};host=\\"{hostport}\\";proto={vars.proto}"',
    ...(sendsFiles(plan) ? { [edgeHeader]: 'caddy' } : {}),
  };
  return [
    ...Object.entries(set).map(([name, value]) => `header_up ${name} ${value}`),
    '# What only an edge may say.',
    ...spoofableHeaders
      .filter((name) => !(name in set) && !caddysOwn.has(name))
      .map((name) => `header_up -${name}`),
  ];
}

/** Files that the process has decided to send: it answers with X-Accel-Redirect and its headers. */
function handOffLines({ media }: EdgeSite): string[] {
  if (media === undefined) return [];
  const folders = { private: media.privateDir, public: media.publicDir };
  return Object.entries(folders).flatMap(([visibility, folder]) => [
    `@${visibility} header X-Accel-Redirect /_edge/media/${visibility}/*`,
    ...block(`handle_response @${visibility}`, [
      ...block('copy_response_headers', ['exclude X-Accel-Redirect Content-Length ETag Last-Modified']),
      'rewrite * {rp.header.X-Accel-Redirect}',
      `uri strip_prefix /_edge/media/${visibility}`,
      ...block('file_server', [`root ${quoted(folder)}`]),
    ]),
  ]);
}

function addressOf(upstream: UnitPlan['listen']): string {
  return 'socket' in upstream ? `unix/${upstream.socket}` : hostAndPort(upstream);
}

function hostAndPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
