import { existsSync } from 'node:fs';
import { join } from 'node:path';

import {
  type Application,
  enabledModules,
  listSites,
  nearest,
  type Settings,
  SettingsError,
  siteSection,
  type SiteSettings,
} from '#libs/settings';

import { type AppSite, AppSites } from './app-sites.js';

export class UnknownSite extends SettingsError {
  override readonly code = 'UNKNOWN_SITE';
}

export interface SitesInput {
  readonly tenant: string;
  readonly application: Application;
  readonly settings: Settings;
  /** `TENANT_SITE`: the site that has this process of its own; none or empty: all that have no process of their own. */
  readonly site: string | undefined;
  /** The release's folder of the application. */
  readonly appDir: string;
  readonly isDevelopment: boolean;
}

export interface TenantSites {
  readonly sites: AppSites;
  /** The settings as the process's first site has them. */
  readonly settings: Settings;
}

/** The sites of the tenant, and which of them this process answers. */
export function sitesOf(input: SitesInput): TenantSites {
  const { settings, site } = input;
  const listed = listSites(settings);
  const own = site === undefined || site === '' ? undefined : requireOwnSite(input, listed, site);
  const served = own === undefined ? listed.filter(({ process }) => process === 'shared') : [own];
  const all = new Map(listed.map((each) => [each.name, describe(input, each)]));
  const [first, ...others] = served.flatMap(({ name }) => all.get(name) ?? []);
  if (first === undefined) throw new TypeError('a tenant has a site at least');
  return {
    sites: new AppSites(
      [...all.values()],
      [first, ...others],
      own === undefined ? (settings.redirects ?? []) : [],
    ),
    settings: own === undefined ? settings : withSite(input, own),
  };
}

function requireOwnSite({ tenant }: SitesInput, listed: readonly SiteSettings[], name: string): SiteSettings {
  const found = listed.find((site) => site.name === name);
  if (found?.process === 'own') return found;
  const names = listed.filter((site) => site.process === 'own').map((site) => site.name);
  const near = nearest(name, names);
  const problem = found === undefined ? 'there is no site of this name' : 'it has no process of its own';
  throw new UnknownSite(`${tenant}: TENANT_SITE: "${name}": ${problem}.`, {
    tenant,
    hint:
      near === undefined
        ? `Set sites.${name}.process: own, or start without TENANT_SITE.`
        : `Did you mean "${near}"?`,
  });
}

function describe(input: SitesInput, site: SiteSettings): AppSite {
  const { name, hosts, theme, features } = site;
  const names = (input.application.modules ?? []).map((module) => module.name);
  return {
    ...{ name, hosts, site: site.site, theme, features },
    modules: enabledModules(names, site.modules),
    templateRoots: templateRoots(input, site),
    section: (section) => siteSection(input.settings, name, section),
  };
}

/** Few override templates; the application is told of a folder only where there is one, or may be one soon. */
function templateRoots({ settings, appDir, isDevelopment }: SitesInput, site: SiteSettings): string[] {
  const folders = [site.templates.folder, settings.templates.folder, join(appDir, 'templates')];
  return [...new Set(folders)].filter((folder) => isDevelopment || existsSync(folder));
}

/** What the site overrides, in the place of the tenant's own. */
function withSite({ settings, application }: SitesInput, site: SiteSettings): Settings {
  const { hosts, theme, features, http } = site;
  const { socket: _socket, port: _port, ...listening } = settings.http;
  return Object.freeze({
    ...settings,
    ...Object.fromEntries(
      application.sections.map((section) => [section.key, siteSection(settings, site.name, section)]),
    ),
    ...{ hosts, site: site.site, theme, features },
    http: Object.freeze({ ...listening, ...http }),
  });
}
