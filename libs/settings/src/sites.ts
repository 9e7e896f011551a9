import type { Section, SectionValue } from './application.js';
import type { Frozen, Settings } from './schema/core.js';

/** The site that a tenant is without any `sites`: its own hosts, title and look. */
export const mainSite = 'main';

type ModuleSwitches = Readonly<Record<string, { readonly enabled: boolean } | undefined>>;
type SiteEntry = Settings['sites'][string];

/** One site with everything that it inherits from its tenant; paths are absolute. */
export interface SiteSettings extends Pick<Settings, 'hosts' | 'site' | 'theme' | 'features' | 'templates'> {
  readonly name: string;
  readonly modules: ModuleSwitches;
  readonly process: 'shared' | 'own';
  /** Where a process of its own listens. */
  readonly http: { readonly socket?: string | undefined; readonly port?: number | undefined };
  readonly tls: Settings['tls'];
}

/** The tenant's own site first, then the others in the order in which they are written. */
export function listSites(settings: Settings): readonly SiteSettings[] {
  const { hosts, site, theme, features, modules, templates, http, tls } = settings;
  const main = { hosts, site, theme, features, modules, templates, http, tls };
  return [
    { ...main, name: mainSite, process: 'shared' },
    ...Object.entries(settings.sites).map(([name, entry]) => inherit(settings, name, entry)),
  ];
}

function inherit(settings: Settings, name: string, entry: SiteEntry): SiteSettings {
  // Its links would lead to the tenant's own site.
  const { url: _notInherited, ...site } = settings.site;
  const { colors, ...theme } = entry.theme ?? {};
  return {
    name,
    hosts: entry.hosts,
    site: withOwn(site, entry.site),
    theme: { ...withOwn(settings.theme, theme), colors: withOwn(settings.theme.colors, colors) },
    features: { ...settings.features, ...entry.features },
    modules: { ...settings.modules, ...entry.modules },
    templates: entry.templates ?? settings.templates,
    process: entry.process,
    http: entry.http ?? {},
    tls: entry.tls ?? settings.tls,
  };
}

function withOwn<T extends object>(
  inherited: T,
  own: { readonly [Key in keyof T]?: T[Key] | undefined } | undefined,
): T {
  const given = Object.entries(own ?? {}).filter(([, value]) => value !== undefined);
  return { ...inherited, ...Object.fromEntries(given) };
}

/** A section of the application as one site has it: its own values, and the tenant's where it has none. */
export function siteSection<S extends Section>(
  settings: Settings,
  site: string,
  section: S,
): Frozen<SectionValue<S>> {
  const own: Readonly<Record<string, unknown>> = settings.sites[site] ?? {};
  const tenant: Readonly<Record<string, unknown>> = settings;
  return (own[section.key] ?? tenant[section.key]) as Frozen<SectionValue<S>>;
}

/** Every host that leads to the tenant, whichever of its sites answers. */
export function allHosts(settings: Settings): readonly string[] {
  return listSites(settings).flatMap(({ hosts }) => hosts);
}

/** Feature modules that are on, of those that the application has. */
export function enabledModules(names: readonly string[], modules: ModuleSwitches): ReadonlySet<string> {
  return new Set(names.filter((name) => modules[name]?.enabled !== false));
}
