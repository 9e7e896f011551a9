import type { Generator } from '../../plan.js';
import { edgeSites } from '../edge/edge-site.js';
import { pageFiles } from '../edge/pages.js';
import { preambleText } from './preamble-text.js';
import { mainText } from './main-text.js';
import { mediaText } from './media-text.js';
import { siteText } from './site-text.js';

/**
 * Apache 2.4.47 or newer with mod_xsendfile. `Include <home>/hosting/apache/tenantry.conf` in a server that exists
 * already; `httpd.conf` is a whole configuration around it, for a server of its own and for the check.
 */
export const apache: Generator = {
  name: 'apache',
  generate: (plan) => [
    { path: 'hosting/apache/httpd.conf', text: mainText(plan) },
    { path: 'hosting/apache/tenantry.conf', text: preambleText(plan) },
    { path: 'hosting/apache/media.conf', text: mediaText(plan) },
    ...edgeSites(plan).map((site) => ({
      path: `hosting/apache/sites/${site.name}.conf`,
      text: siteText(plan, site),
    })),
    ...pageFiles(plan),
  ],
};
