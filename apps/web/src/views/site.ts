import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Liquid } from 'liquidjs';
import type { AppSite } from '#libs/runtime';
import type { SiteSettings, ThemeSettings } from './site.settings.js';
import { templateFiles } from './template-files.js';
import { contentHash, faviconSvg, themeCss } from './theme.js';

export interface SiteOptions {
  readonly name: string;
  readonly section: AppSite['section'];
  readonly site: SiteSettings;
  readonly theme: ThemeSettings;
  readonly features: Readonly<Record<string, boolean>>;
  /** Feature modules that answer at this site. */
  readonly modules: ReadonlySet<string>;
  /** Most specific first. */
  readonly templateRoots: readonly string[];
  readonly filters: Readonly<Record<string, (value: unknown) => unknown>>;
}

/** A set of hosts with one title, one look and one set of templates. */
export class Site {
  readonly name: string;
  readonly settings: SiteSettings;
  readonly modules: ReadonlySet<string>;
  /** A section of the settings as this site has it. */
  readonly section: AppSite['section'];
  /** The theme of the settings as custom properties. */
  readonly colorsCss: string;
  /** The same, then the `theme.css` of the most specific template folder. */
  readonly themeCss: string;
  readonly favicon: string;
  /** Addresses of the styles that a page without a template of its own can have. */
  readonly plainStyle: { readonly base: string; readonly colors: string };
  readonly #liquid: Liquid;

  constructor(options: SiteOptions) {
    this.name = options.name;
    this.settings = options.site;
    this.modules = options.modules;
    this.section = options.section;
    this.colorsCss = themeCss(options.theme);
    this.themeCss = this.colorsCss + firstFile(options.templateRoots, 'theme.css');
    this.favicon = faviconSvg(options.site.title, options.theme);
    this.plainStyle = {
      base: textOf(options.filters['asset']?.('site.css')),
      colors: `/_colors.css?v=${contentHash(this.colorsCss)}`,
    };
    this.#liquid = createLiquid(options);
    this.#liquid.options.globals = this.#globals(options);
  }

  /** Otherwise nothing below `/media/` is there, and no page may show or link it. */
  get servesMedia(): boolean {
    return this.modules.has('media');
  }

  /** Without awaiting: templates are kept once parsed, and a promise for each of their tags costs half the time. */
  render(template: string, model: Record<string, unknown>): string {
    return String(this.#liquid.renderFileSync(template, model));
  }

  #globals({ site, theme, features, modules }: SiteOptions): object {
    return {
      site: {
        title: site.title,
        tagline: site.tagline ?? '',
        locale: site.locale,
        logo: theme.logo === undefined || !this.servesMedia ? null : `/media/${theme.logo}`,
        layout: theme.layout ?? 'standard',
        theme: `/_theme.css?v=${contentHash(this.themeCss)}`,
        colors: this.plainStyle.colors,
      },
      features,
      modules: Object.fromEntries([...modules].map((name) => [name, true])),
    };
  }
}

/** What a filter answers for a name; nothing where it is not there. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function createLiquid({ templateRoots, filters, site }: SiteOptions): Liquid {
  const liquid = new Liquid({
    root: [...templateRoots],
    fs: templateFiles(templateRoots),
    extname: '.liquid',
    cache: true,
    outputEscape: 'escape',
    strictFilters: true,
    relativeReference: false,
    // Whoever edits templates need not be a programmer: no prototypes, no endless loops.
    ownPropertyOnly: true,
    renderLimit: 2_000,
    parseLimit: 1_000_000,
    memoryLimit: 10_000_000,
    // Given, although only `date` reads it: else Liquid asks Intl while it starts.
    locale: site.locale,
    timezoneOffset: 0,
  });
  for (const [name, filter] of Object.entries(filters)) liquid.registerFilter(name, filter);
  liquid.registerFilter('day', dayFormat(site.locale));
  return liquid;
}

function firstFile(folders: readonly string[], name: string): string {
  const file = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  return file === undefined ? '' : readFileSync(file, 'utf8');
}

/** `{{ page.publishedAt | day }}`: 3 March 2026, as the site's locale writes it. Intl is loaded by the first date. */
function dayFormat(locale: string): (value: unknown) => string {
  let format: Intl.DateTimeFormat | undefined;
  return (value) => {
    if (!(value instanceof Date)) return '';
    format ??= new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' });
    return format.format(value);
  };
}
