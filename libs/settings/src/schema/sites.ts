import { z } from 'zod';
import type { Section } from '../application.js';
import { integer, text } from './fields.js';
import type { anyModules, modulesSchema } from './modules.js';
import { host } from './names.js';
import { colors, site, theme, tls } from './site-sections.js';

/**
 * The section `sites`: each site says what differs from the tenant's own, under the names that the tenant uses. Of the
 * application's own sections, those that are `perSite`, by their own schemas: see inheritSections.
 */
export function sitesSchema(
  modules: typeof anyModules | ReturnType<typeof modulesSchema>,
  sections: readonly Section[] = [],
) {
  const each = siteSchema(modules);
  const own = sections.filter(({ perSite }) => perSite === true);
  const shape = Object.fromEntries(own.map(({ key, schema }) => [key, schema.optional()]));
  // Typed as the sites of every application: who knows the section reads its value by it.
  const whole = own.length === 0 ? each : (each.extend(shape) as z.ZodType as typeof each);
  return z
    .record(z.string(), whole.describe('One site.'))
    .default({})
    .describe('Further sites of the tenant, by name, over its one database and media root.');
}

const siteOfSite = site.partial();

const themeOfSite = theme.extend({ colors: colors.partial().describe('Colours of the site.') }).partial();

const features = z.record(z.string(), z.boolean().describe('On or off.'));

const templates = z.strictObject({
  folder: text(1024).describe('Folder, relative to `tenants/<name>`; by default `sites/<site>/templates`.'),
});

const http = z.strictObject({
  socket: text(1024)
    .optional()
    .describe('Unix socket; by default `run/<name>.<site>.sock`, unless a port is set.'),
  port: integer(1, 65535).optional().describe('TCP port to listen on, instead of a socket.'),
});

function siteSchema(modules: typeof anyModules | ReturnType<typeof modulesSchema>) {
  return z.strictObject({
    hosts: z
      .array(host())
      .min(1)
      .meta({ expected: 'a list of at least one host' })
      .describe('Hosts of the site, of the same forms as `hosts`.'),
    site: siteOfSite.optional().describe("What differs from the tenant's `site`; `url` is never inherited."),
    theme: themeOfSite.optional().describe("What differs from the tenant's `theme`."),
    features: features.optional().describe('Feature flags of the site.'),
    modules: modules.optional().describe('Feature modules of the site.'),
    templates: templates.optional().describe("Overrides of the tenant's and the release's templates."),
    tls: tls.optional().describe("Certificate of the site's hosts; by default the tenant's."),
    process: z
      .enum(['shared', 'own'])
      .default('shared')
      .describe("`own` gives the site a process of its own; `shared` serves it from the tenant's."),
    http: http.optional().describe('Where the process of a site with `process: own` listens.'),
  });
}
