import type { Section } from '../application.js';
import { isRecord } from '../schema/validate.js';

type Plain = Readonly<Record<string, unknown>>;

/**
 * Gives each site the sections of the application that are `perSite`: the tenant's, but for what the site sets. Before
 * they are checked, so that the section's own schema judges the whole, rules across keys included; a default of the
 * schema would else go before what the tenant says.
 */
export function inheritSections(plain: Plain, sections: readonly Section[]): Plain {
  const { sites } = plain;
  const keys = sections.filter(({ perSite }) => perSite === true).map(({ key }) => key);
  if (keys.length === 0 || !isRecord(sites)) return plain;
  const entries = Object.entries(sites).map(([name, site]): [string, unknown] => [
    name,
    isRecord(site) ? withSections(site, { plain, keys }) : site,
  ]);
  return { ...plain, sites: Object.fromEntries(entries) };
}

function withSections(site: Plain, { plain, keys }: { plain: Plain; keys: readonly string[] }): Plain {
  const sections = keys.map((key) => [
    key,
    site[key] === undefined ? plain[key] : withOwn(plain[key], site[key]),
  ]);
  return { ...site, ...Object.fromEntries(sections) };
}

/** As layers merge: mappings by key, the rest replaces. */
function withOwn(inherited: unknown, own: unknown): unknown {
  if (!isRecord(inherited) || !isRecord(own)) return own;
  const merged = Object.entries(own).map(([key, value]) => [key, withOwn(inherited[key], value)]);
  return { ...inherited, ...Object.fromEntries(merged) };
}
