import { join } from 'node:path';
import type { HostingPlan } from '../../plan.js';
import { block, fileText, quoted } from '../edge/config-text.js';
import {
  type EdgeSite,
  edgeSites,
  hostsToRefuseOverTls,
  pagesFolder,
  unknownHostName,
} from '../edge/edge-site.js';
import { pageHandler } from './page-handler.js';
import { snippetName } from './site-text.js';

const defaultOnDemandPort = 9180;
/** Of subdomains: Caddy has no pattern for any number of them. */
const levels = ['*', '*.*', '*.*.*'];

/** The whole configuration; the import is relative to this file, so that a copy checks its own. */
export function mainText(plan: HostingPlan): string {
  const sites = edgeSites(plan);
  const hasTls = plan.edge.onDemandTls !== undefined || sites.some(({ vhost }) => vhost.tls !== undefined);
  return fileText({ home: plan.home }, [
    ...globalOptions(plan),
    'import sites/*.caddy',
    '',
    '# Caddy looks for a block of the exact host, then of wildcards, the longest first, then for these two.',
    ...block('http://', [...otherLog(plan), ...unknownHost(plan)]),
    ...(hasTls ? block('https://', unknownHost(plan)) : []),
    ...sites.flatMap((site) => siteBlocks(plan, site)),
    ...refusedOverTls(plan, sites),
    ...(plan.edge.onDemandTls === undefined ? [] : knownHosts(plan, sites)),
  ]);
}

function globalOptions({ edge, runDir, logDir }: HostingPlan): string[] {
  const ask = `ask http://127.0.0.1:${edge.onDemandPort ?? defaultOnDemandPort}/`;
  const [, ...lines] = block('', [
    // A port would be open to every user of the host.
    `admin ${quoted(`unix/${join(runDir, 'caddy.sock')}`)}`,
    `http_port ${edge.httpPort}`,
    `https_port ${edge.httpsPort}`,
    ...(edge.addresses === undefined ? [] : [`default_bind ${edge.addresses.join(' ')}`]),
    '# Certificates are given, or made on demand; redirects are below.',
    'auto_https off',
    // Whoever makes names up below a wildcard makes certificates, so there is a limit.
    ...(edge.onDemandTls === undefined ? [] : block('on_demand_tls', [ask, 'interval 2m', 'burst 10'])),
    ...(edge.onDemandTls === 'internal' ? ['local_certs', 'skip_install_trust'] : []),
    ...block('servers', ['protocols h1 h2']),
    ...block('log', [`output file ${quoted(join(logDir, 'caddy.log'))}`, 'level WARN']),
  ]);
  return ['{', ...lines];
}

/** Exact names and wildcards apart: a block with any wildcard stands behind all blocks without. */
function siteBlocks({ edge }: HostingPlan, site: EdgeSite): string[] {
  const { tls } = site.vhost;
  const groups = [site.exactHosts, site.suffixes.flatMap(wildcards)].filter((names) => names.length > 0);
  const content = `import ${snippetName(site)}`;
  if (tls === undefined && edge.onDemandTls === undefined) {
    return groups.flatMap((names) => block(addresses('http', names), [content]));
  }
  const port = edge.httpsPort === 443 ? '' : `:${edge.httpsPort}`;
  const certificate =
    tls === undefined ? block('tls', ['on_demand']) : [`tls ${quoted(tls.certificate)} ${quoted(tls.key)}`];
  return groups.flatMap((names) => [
    ...block(addresses('http', names), [`redir https://{host}${port}{uri} 308`]),
    ...block(addresses('https', names), [...certificate, content]),
  ]);
}

function wildcards(suffix: string): string[] {
  return levels.map((level) => `${level}.${suffix}`);
}

function addresses(scheme: 'http' | 'https', names: readonly string[]): string {
  return names.map((name) => `${scheme}://${name}`).join(', ');
}

function refusedOverTls({ edge }: HostingPlan, sites: readonly EdgeSite[]): string[] {
  if (edge.onDemandTls !== undefined) return [];
  const { exact, suffixes } = hostsToRefuseOverTls(sites);
  const groups = [exact, ...suffixes.map(wildcards)].filter((names) => names.length > 0);
  return groups.flatMap((names) => block(addresses('https', names), ['abort']));
}

/** Answers 200 for hosts that may have a certificate, on loopback: Caddy asks itself. */
function knownHosts({ edge }: HostingPlan, sites: readonly EdgeSite[]): string[] {
  const plain = sites.filter(({ vhost }) => vhost.tls === undefined);
  const known = plain.flatMap((site) => [
    ...site.exactHosts.map((host) => `${host} yes`),
    ...site.suffixes.map((suffix) => `~^[^.]+(?:\\.[^.]+)*\\.${suffix.replaceAll('.', '\\.')}$ yes`),
  ]);
  return block(`http://127.0.0.1:${edge.onDemandPort ?? defaultOnDemandPort}`, [
    'bind 127.0.0.1',
    ...block('map {query.domain} {known}', [...known, 'default no']),
    '@known expression {known} == "yes"',
    'respond @known 200',
    'respond 404',
  ]);
}

function unknownHost(plan: HostingPlan): string[] {
  const folder = join(plan.home, pagesFolder(plan, unknownHostName));
  return ['error * 421', ...block('handle_errors', pageHandler(folder, [421]))];
}

/** Of hosts that are nobody's, and of those that Caddy 2.6 does not recognise behind a port or two levels below a wildcard. */
function otherLog({ logDir }: HostingPlan): string[] {
  return block('log', [`output file ${quoted(join(logDir, 'edge-other.access.log'))}`]);
}
