import { join } from 'node:path';
import type { VhostPlan } from '#libs/hosting';
import { listSites, type LoadedSettings, mainSite, type SiteSettings } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { unitName } from '../processes/units.js';
import { isSuspended } from '../tenants/suspended.js';

/** Beyond a cold start, a request may take so long. */
const requestMs = 60_000;

/** One for the tenant and one for each of its sites; a host that is another tenant's is left out. */
export function planVhosts(
  { home }: Pick<Dependencies, 'home'>,
  loaded: LoadedSettings,
  isOurs: (host: string) => boolean,
): VhostPlan[] {
  const { tenant, settings } = loaded;
  const { root } = settings.media;
  return listSites(settings).map((site): VhostPlan => {
    const log = join(home.paths.run, 'log', unitName(tenant, site.name));
    const { primary, background, text } = site.theme.colors;
    return {
      ...{ tenant, title: site.site.title, tls: site.tls },
      site: site.name === mainSite ? undefined : site.name,
      hosts: hostsOf(settings, site).filter(isOurs),
      unit: site.process === 'own' ? unitName(tenant, site.name) : tenant,
      colors: { primary, background, text },
      media: hasMedia(site) ? foldersOf(root) : undefined,
      uploadLimitBytes: settings.upload.limit,
      bodyLimitBytes: settings.http.bodyLimit,
      requestTimeoutMs: settings.process.startTimeout + requestMs,
      ...{ accessLog: `${log}.access.log`, errorLog: `${log}.error.log`, isSuspended: isSuspended(loaded) },
    };
  });
}

function hostsOf({ redirects = [] }: LoadedSettings['settings'], { name, hosts }: SiteSettings): string[] {
  return name === mainSite ? [...hosts, ...redirects] : [...hosts];
}

function foldersOf(root: string): NonNullable<VhostPlan['media']> {
  return { publicDir: join(root, 'public'), privateDir: join(root, 'private') };
}

function hasMedia({ modules }: SiteSettings): boolean {
  return modules['media']?.enabled !== false;
}
