import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Application, type SettingsKey, listHostKeys, listSettingsKeys } from '#libs/settings';
import type { Release } from '#libs/release';
import { applicationsOf } from './release-settings.js';

/** A file that is written by a command and kept in git. */
export interface GeneratedFile {
  /** Relative to the checkout. */
  readonly path: string;
  readonly text: string;
}

const intro = `Every key that a tenant's overlay can hold (\`tenants/<name>/settings.yaml\`), then those of the host (\`tenantry.yaml\`). All are described, checked and completed by the same schema; \`tenantry settings schema\` writes it for editors.

Layers, low to high: \`config/default.yaml\` of the release, \`config/<NODE_ENV>.yaml\`, the profiles that the overlay names in \`extends\`, the overlay, \`secrets.yaml\`, environment variables such as \`TENANTRY__DATABASE__POOL__MAX=5\`. Mappings merge; single values and lists replace. \`tenantry settings explain TENANT KEY\` prints every layer that set a key.

| operator | does |
| --- | --- |
| \`{ $append: […] }\`, \`{ $prepend: […] }\`, \`{ $remove: […] }\` | change the list of the layers below; \`$remove\` takes values, or mappings with some of the keys of an item |
| \`{ $unset: true }\` | returns the key to the layer below |
| \`{ $env: NAME }\`, \`{ $env: NAME, $default: value }\` | reads an environment variable when the settings are loaded |
| \`{ $file: path }\` | reads a file, trimmed: relative to the layer's own folder, or in a folder that \`tenantry.yaml\` allows |

Durations have a unit (\`500ms\`, \`30s\`, \`15m\`, \`2h\`, \`7d\`), sizes too (\`64KB\`, \`10MB\`, \`2GB\`; 1 KB is 1024 bytes). A secret stands in \`secrets.yaml\`, in the environment, or behind \`$env\` or \`$file\`, and prints as \`[secret]\`.`;

/** docs/settings.md for a release's applications: the same bytes for the same schema and base settings. */
export async function settingsPage(release: Release): Promise<GeneratedFile> {
  const applications = await applicationsOf(release);
  const base = readBase(release, 'default');
  const production = readBase(release, 'production');
  const defaults = (key: SettingsKey): string => defaultText(key, { base, production });
  const sections = sectionsOf(applications).map((section) => sectionText(section, defaults));
  const host = sectionText({ title: 'tenantry.yaml', keys: listHostKeys() }, (key) => defaultText(key, {}));
  const head =
    '<!-- Written by `tenantry settings docs`: change the descriptions in the schema, then run it. -->';
  return {
    path: 'docs/settings.md',
    text: [head, '# Settings', intro, ...sections, host].join('\n\n') + '\n',
  };
}

interface PageSection {
  readonly title: string;
  readonly keys: readonly SettingsKey[];
  readonly note?: string;
}

/** Top-level keys without anything below them share one table; what only one application has says so. */
function sectionsOf(applications: readonly Application[]): PageSection[] {
  const listed = applications.map((application) => ({
    name: application.name,
    own: new Set(application.sections.map(({ key }) => key)),
    perSite: new Set(application.sections.filter((section) => section.perSite).map(({ key }) => key)),
    keys: listSettingsKeys(application).filter(({ key }) => !isSectionOfSite(application, key)),
  }));
  const core = (listed[0]?.keys ?? []).filter(({ key }) => !listed[0]?.own.has(topOf(key)));
  const single = core.filter(({ key, isMapping }) => !isMapping && key === topOf(key));
  return [
    { title: 'The tenant', keys: single },
    ...grouped(core.filter((key) => !single.includes(key))).map(([title, keys]) => ({ title, keys })),
    ...listed.flatMap(({ name, own, perSite, keys }) =>
      grouped(keys.filter(({ key }) => own.has(topOf(key)))).map(([key, below]) => ({
        title: `${key} (application ${name})`,
        keys: below,
        ...(perSite.has(key) && { note: perSiteNote(key) }),
      })),
    ),
  ];
}

function grouped(keys: readonly SettingsKey[]): [string, SettingsKey[]][] {
  return [...Map.groupBy(keys, ({ key }) => topOf(key))];
}

function perSiteNote(key: string): string {
  return `Each site can have its own, below \`sites.<name>.${key}\`; what it does not set is the tenant's.`;
}

/** The same keys as the section's own: a note tells of them. */
function isSectionOfSite({ sections }: Application, key: string): boolean {
  return sections.some((section) => `${key}.`.startsWith(`sites.<name>.${section.key}.`));
}

function topOf(key: string): string {
  return key.split('.')[0] ?? key;
}

function sectionText({ title, keys, note }: PageSection, defaults: (key: SettingsKey) => string): string {
  const about = keys.find(({ key, isMapping }) => isMapping && key === topOf(key) && title.startsWith(key));
  const rows = keys
    .filter(({ isMapping }) => !isMapping)
    .map((key) => [
      `\`${key.key}\``,
      key.isSecret ? `${cell(key.expected)}; secret` : cell(key.expected),
      key.unit === undefined ? '' : unitNames[key.unit],
      defaults(key),
      cell(key.description ?? ''),
    ]);
  const head = ['key', 'expected', 'unit', 'default', 'description'];
  const table = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
  const texts = [about?.description, note].filter((text) => text !== undefined);
  return [`## ${title}`, ...(texts.length === 0 ? [] : [texts.join(' ')]), table].join('\n\n');
}

const unitNames = { bytes: 'size', milliseconds: 'duration' } as const;

function defaultText(
  { key, fallback }: SettingsKey,
  { base, production }: { base?: unknown; production?: unknown },
): string {
  const value = valueAt(base, key) ?? fallback;
  const inProduction = valueAt(production, key);
  const parts = [
    ...(value === undefined ? [] : [codeOf(value)]),
    ...(inProduction === undefined ? [] : [`${codeOf(inProduction)} in production`]),
  ];
  return parts.join('; ');
}

function codeOf(value: unknown): string {
  return `\`${cell(typeof value === 'string' ? value : JSON.stringify(value))}\``;
}

function valueAt(value: unknown, key: string): unknown {
  return key.split('.').reduce<unknown>((holder, part) => {
    if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, part)) return undefined;
    return (holder as Readonly<Record<string, unknown>>)[part];
  }, value);
}

function readBase({ dir }: Release, name: string): unknown {
  const file = join(dir, 'config', `${name}.yaml`);
  return existsSync(file) ? parse(readFileSync(file, 'utf8')) : undefined;
}

/** A cell of a table cannot hold a bar or a line break. */
function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');
}
