import { stringify } from 'yaml';
import { schemaLine } from '../settings/settings-schema.js';

export interface NewOverlay {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly title?: string | undefined;
  readonly profiles?: readonly string[] | undefined;
  readonly server?: string | undefined;
  readonly app?: string | undefined;
}

/** The overlay of a new tenant: what makes it this tenant, and nothing that the base says already. */
export function overlayText({ name, hosts, title, profiles, server, app }: NewOverlay): string {
  const values = {
    ...(app === undefined ? {} : { app }),
    ...(profiles?.length ? { extends: profiles } : {}),
    hosts,
    site: { title: title ?? titleFrom(name) },
    ...(server === undefined ? {} : { database: { server } }),
  };
  return `${schemaLine(app ?? 'web')}\n# Settings of ${name}. What is not set here comes from the profiles and the release's config/.\n${stringify(values)}`;
}

/** `blue-river` → `Blue River`. */
function titleFrom(name: string): string {
  return name
    .split('-')
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
    .join(' ');
}
