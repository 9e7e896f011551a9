import type { GeneratedFile, Generator, HostingPlan } from '../../plan.js';
import { edgeSites } from '../edge/edge-site.js';
import { pageFiles } from '../edge/pages.js';
import { httpText } from './http-text.js';
import { mainText } from './main-text.js';
import { vhostText } from './vhost-text.js';

/**
 * nginx 1.22 or newer. `conf.d/*.conf` belongs into the `http` block of a server that exists already; `nginx.conf` is a
 * whole configuration around them, for a server of its own and for `nginx -t` before anything is replaced.
 */
export const nginx: Generator = {
  name: 'nginx',
  generate: (plan: HostingPlan): readonly GeneratedFile[] => [
    { path: 'hosting/nginx/nginx.conf', text: mainText(plan) },
    // The name sorts before those of tenants: what it defines is used by them.
    { path: 'hosting/nginx/conf.d/00-tenantry.conf', text: httpText(plan) },
    ...edgeSites(plan).map((site) => ({
      path: `hosting/nginx/conf.d/${site.name}.conf`,
      text: vhostText(plan, site),
    })),
    ...pageFiles(plan),
  ],
};
