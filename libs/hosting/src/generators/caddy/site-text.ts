import type { HostingPlan } from '../../plan.js';
import { block, fileText, quoted } from '../edge/config-text.js';
import { type EdgeSite, hashedAsset, operatorPaths } from '../edge/edge-site.js';
import { assetTypes, foreverCaching } from '../edge/media-types.js';
import { pageStatuses, suspendedRetrySeconds } from '../edge/pages.js';
import { pageHandler } from './page-handler.js';
import { proxyLines, visitorLines } from './proxy-lines.js';

/** What the blocks of the site's hosts import. */
export function snippetName({ name }: Pick<EdgeSite, 'name'>): string {
  return `site-${name}`;
}

/** What a site answers, wherever its hosts are. */
export function siteText(plan: HostingPlan, site: EdgeSite): string {
  const retry = site.isSuspended ? [`Retry-After ${suspendedRetrySeconds}`] : [];
  return fileText({ home: plan.home, tenant: site.vhost.tenant }, [
    ...block(`(${snippetName(site)})`, [
      // Errors of this site are in Caddy's own log.
      ...block('log', [`output file ${quoted(site.vhost.accessLog)}`]),
      // `route`: in this order, where Caddy would use its own.
      ...block('route', site.isSuspended ? ['error * 503'] : servingLines(plan, site)),
      ...block('handle_errors', pageHandler(site.pagesDir, pageStatuses, retry)),
    ]),
  ]);
}

const length = '{http.request.header.Content-Length}';

function servingLines(plan: HostingPlan, site: EdgeSite): string[] {
  return [
    'header -Server',
    '# For the operator, on its own side only.',
    `@operator path_regexp "${operatorPaths}"`,
    'error @operator 404',
    // Both sides of `&&` are evaluated, and `int` of nothing is an error, which `false` outweighs.
    `@large expression ${length}.matches("^[0-9]{1,18}$") && int(${length}) > ${site.maxBodyBytes}`,
    'error @large 413',
    ...block('request_body', [`max_size ${site.maxBodyBytes}`]),
    ...assetLines(site),
    ...visitorLines(plan),
    ...proxyLines(plan, site),
  ];
}

/**
 * A name that carries a hash never changes its content; what is not there, the process answers from its own release.
 * Public media are not served like this: Caddy follows links, which the process does not.
 */
function assetLines({ assetsDir }: EdgeSite): string[] {
  return [
    // In two steps: what one part of a matcher finds is not there yet for the other.
    'vars asset -',
    `@hashed path_regexp asset "^/_assets/(${hashedAsset})$"`,
    'vars @hashed asset {re.asset.1}',
    ...block('@asset', block('file', [`root ${quoted(assetsDir)}`, 'try_files /{vars.asset}'])),
    ...block('handle @asset', [
      ...assetTypes.flatMap(([type, endings], index) => [
        `@type${index} path ${endings.map((each) => `*.${each}`).join(' ')}`,
        `header @type${index} Content-Type "${type}"`,
      ]),
      `header Cache-Control "${foreverCaching}"`,
      'header X-Content-Type-Options nosniff',
      'encode gzip',
      'rewrite * /{vars.asset}',
      ...block('file_server', [`root ${quoted(assetsDir)}`]),
    ]),
  ];
}
