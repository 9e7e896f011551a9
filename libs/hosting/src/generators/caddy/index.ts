import type { Generator } from '../../plan.js';
import { edgeSites } from '../edge/edge-site.js';
import { pageFiles } from '../edge/pages.js';
import { mainText } from './main-text.js';
import { siteText } from './site-text.js';

/** Caddy 2.6 or newer: `caddy run --config <home>/hosting/caddy/Caddyfile`. */
export const caddy: Generator = {
  name: 'caddy',
  generate: (plan) => [
    { path: 'hosting/caddy/Caddyfile', text: mainText(plan) },
    ...edgeSites(plan).map((site) => ({
      path: `hosting/caddy/sites/${site.name}.caddy`,
      text: siteText(plan, site),
    })),
    ...pageFiles(plan),
  ],
};
