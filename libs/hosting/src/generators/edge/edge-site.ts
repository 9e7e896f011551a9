import { join } from 'node:path';
import { workerSocket } from '#libs/settings';
import type { HostingPlan, UnitPlan, VhostPlan } from '../../plan.js';

/** A vhost with all that a server needs to know of it, in terms that no server has to interpret. */
export interface EdgeSite {
  /** Of its files and upstreams: `acme`, `liberty.kids`. */
  readonly name: string;
  readonly vhost: VhostPlan;
  readonly exactHosts: readonly string[];
  /** `acme.example.app` where every name below it is meant; the name itself is among the exact ones, unless another site has it. */
  readonly suffixes: readonly string[];
  /** Where its processes listen; one address unless each worker of our own supervisor has its own. */
  readonly upstreams: readonly UnitPlan['listen'][];
  /** Of the release that its unit runs. */
  readonly assetsDir: string;
  readonly pagesDir: string;
  readonly media: EdgeMedia | undefined;
  readonly maxBodyBytes: number;
  readonly isSuspended: boolean;
}

export interface EdgeMedia {
  readonly publicDir: string;
  readonly privateDir: string;
  /** Whether a public file needs no leave of the process. A tenant of several sites may keep a file to one of them. */
  readonly isOpen: boolean;
}

/** A form of the media library holds up to 20 files; the process itself refuses the one that is too large. */
const filesPerForm = 20;
/** The boundaries and the other fields of the form. */
const formBytes = 1024 * 1024;

/** The sites in the order of the plan, which is that of their names. */
export function edgeSites(plan: HostingPlan): readonly EdgeSite[] {
  const units = new Map(plan.units.map((unit) => [unit.name, unit]));
  const claimed = new Set(plan.vhosts.flatMap(({ hosts }) => hosts.filter((host) => !host.startsWith('.'))));
  const perTenant = Map.groupBy(plan.vhosts, ({ tenant }) => tenant);
  return plan.vhosts
    .filter(({ hosts }) => hosts.length > 0)
    .map((vhost) => {
      const unit = units.get(vhost.unit);
      if (unit === undefined) throw new TypeError(`no unit ${vhost.unit}`);
      const isOnlySite = vhost.site === undefined && perTenant.get(vhost.tenant)?.length === 1;
      return edgeSite(plan, { vhost, unit, isOnlySite, claimed });
    });
}

interface Parts {
  readonly vhost: VhostPlan;
  readonly unit: UnitPlan;
  readonly isOnlySite: boolean;
  /** Hosts that some site has by their exact name. */
  readonly claimed: ReadonlySet<string>;
}

function edgeSite(plan: HostingPlan, { vhost, unit, isOnlySite, claimed }: Parts): EdgeSite {
  const name = vhost.site === undefined ? vhost.tenant : `${vhost.tenant}.${vhost.site}`;
  const suffixes = vhost.hosts.filter((host) => host.startsWith('.')).map((host) => host.slice(1));
  const exact = vhost.hosts.filter((host) => !host.startsWith('.'));
  return {
    ...{ name, vhost, suffixes, upstreams: upstreamsOf(plan, unit) },
    exactHosts: [...exact, ...suffixes.filter((suffix) => !claimed.has(suffix))],
    assetsDir: join(unit.release.path, 'apps', unit.app, 'assets'),
    pagesDir: join(plan.home, pagesFolder(plan, name)),
    media: vhost.media && { ...vhost.media, isOpen: isOnlySite },
    maxBodyBytes: Math.max(vhost.uploadLimitBytes * filesPerForm + formBytes, vhost.bodyLimitBytes),
    isSuspended: vhost.isSuspended || unit.isSuspended,
  };
}

/** Process managers let workers share a socket; our own supervisor gives each one of its own. */
function upstreamsOf({ processes }: HostingPlan, { listen, workers }: UnitPlan): UnitPlan['listen'][] {
  if (processes !== 'embedded' || !('socket' in listen)) return [listen];
  return Array.from({ length: workers }, (_each, index) => ({
    socket: workerSocket(listen.socket, index + 1),
  }));
}

/** Relative to the home. No tenant's name begins with `_`. */
export function pagesFolder({ edge }: Pick<HostingPlan, 'edge'>, name: string): string {
  return `hosting/${edge.kind}/pages/${name}`;
}

export const unknownHostName = '_unknown';

/** Exact hosts before suffixes, longer suffixes before shorter ones: for servers that take the first that matches. */
export function mostSpecificFirst<Entry extends { readonly suffix?: string | undefined }>(
  entries: readonly Entry[],
): Entry[] {
  const rank = ({ suffix }: Entry): number =>
    suffix === undefined ? Number.MAX_SAFE_INTEGER : suffix.length;
  return entries.toSorted((left, right) => rank(right) - rank(left));
}

/**
 * Hosts without a certificate that a certificate's site would take by its suffix: over TLS they are refused, as
 * otherwise another tenant would answer in their name.
 */
export function hostsToRefuseOverTls(sites: readonly EdgeSite[]): { exact: string[]; suffixes: string[] } {
  const covering = sites.filter(({ vhost }) => vhost.tls !== undefined).flatMap(({ suffixes }) => suffixes);
  const isCovered = (host: string): boolean => covering.some((suffix) => host.endsWith(`.${suffix}`));
  const plain = sites.filter(({ vhost }) => vhost.tls === undefined);
  return {
    exact: plain
      .flatMap(({ exactHosts }) => exactHosts)
      .filter((host) => isCovered(host) || covering.includes(host)),
    suffixes: plain.flatMap(({ suffixes }) => suffixes).filter(isCovered),
  };
}

/** Whether a process may leave the sending of a file to this edge. */
export function sendsFiles({ edge }: Pick<HostingPlan, 'edge'>): boolean {
  return edge.sendsFiles ?? edge.kind === 'nginx';
}

/** Headers that say who asks for what: only this edge may, so those of a visitor are dropped. */
export const spoofableHeaders: readonly string[] = [
  ...['Forwarded', 'X-Real-IP', 'X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Host'],
  ...[
    'X-Forwarded-Port',
    'X-Forwarded-Prefix',
    'X-Forwarded-Server',
    'X-Forwarded-Ssl',
    'X-Forwarded-Scheme',
  ],
  ...[
    'X-Forwarded-By',
    'X-Forwarded-User',
    'X-Forwarded-Path',
    'X-Forwarded-Uri',
    'X-Client-IP',
    'True-Client-IP',
  ],
  ...[
    'X-Original-URL',
    'X-Rewrite-URL',
    'X-Sendfile',
    'X-Sendfile-Type',
    'X-Accel-Redirect',
    'X-Accel-Mapping',
  ],
  ...['X-Accel-Buffering', 'X-Accel-Expires', 'X-Accel-Charset', 'X-Accel-Limit-Rate', 'X-Tenantry-Edge'],
  // A CGI-like server would take it for HTTP_PROXY (https://httpoxy.org).
  'Proxy',
];

/** By which a process knows that a request came through the edge that sends files for it. */
export const edgeHeader = 'X-Tenantry-Edge';

/** Paths of the operator's side, in the syntax that all three servers' patterns share; applied to the decoded path. */
export const operatorPaths = '^/+(?:health/|metrics(?:/|$))';

/** Names of assets that carry a hash of their content, and so never change: `site.3fa90b1c.css`. */
export const hashedAsset = '[A-Za-z0-9_][A-Za-z0-9_.-]*\\.[0-9a-f]{8,64}\\.[a-z0-9]{2,5}';
