import {
  type Application,
  type LayerKind,
  type LoadedSettings,
  Secret,
  formatBytes,
  formatDuration,
  listSettingsKeys,
} from '#libs/settings';

/** One value of a tenant's settings and the layer that it comes from. */
export interface SettingsRow {
  readonly key: string;
  /** Durations in milliseconds, sizes in bytes; a secret prints as `[secret]`. */
  readonly value: unknown;
  /** `tenants/acme/settings.yaml:7`; `built in` for what no layer set. */
  readonly source: string;
  readonly layer: LayerKind | 'derived';
}

/** Every value of the settings, in the order of the schema; a list is one value. */
export function settingsRows(loaded: LoadedSettings): SettingsRow[] {
  const kinds = new Map(loaded.layers.map(({ file, kind }) => [file, kind]));
  const keys = leavesOf(loaded.settings, '').filter((key) => !isWhollyInherited(loaded, key));
  return keys.map((key) => {
    const source = loaded.source(key) ?? inheritedSource(loaded, key);
    return {
      ...{ key, value: loaded.value(key), source: placeText(source) },
      layer: (source && kinds.get(source.file)) ?? 'derived',
    };
  });
}

/** Of what a site has from its tenant's section of the application. */
function inheritedSource(loaded: LoadedSettings, key: string): ReturnType<LoadedSettings['source']> {
  const { section, inherited } = ofSite(loaded, key);
  return section === undefined ? undefined : loaded.source(inherited);
}

/** A section of the application of which the site sets nothing: it is told where the tenant has it. */
function isWhollyInherited(loaded: LoadedSettings, key: string): boolean {
  const { section } = ofSite(loaded, key);
  return section !== undefined && loaded.source(section) === undefined;
}

function ofSite({ application }: LoadedSettings, key: string): { section?: string; inherited: string } {
  const [, site = '', inherited = ''] = /^(sites\.[^.]+)\.(.+)$/.exec(key) ?? [];
  const found = application.sections.find((section) => inherited.split('.', 1)[0] === section.key);
  return found === undefined ? { inherited } : { section: `${site}.${found.key}`, inherited };
}

/** `file:line`, or what stands for it. */
export function placeText(place: { file: string; line: number | undefined } | undefined): string {
  if (place === undefined) return 'built in';
  return place.line === undefined ? place.file : `${place.file}:${place.line}`;
}

/** True for what tells a tenant from the release's own `config/`. */
export function isOverridden({ layer }: SettingsRow): boolean {
  return layer !== 'derived' && layer !== 'base' && layer !== 'environment-base';
}

/** Prints values of the application's settings as a settings file would hold them: durations and sizes with a unit. */
export function valuePrinter(application: Application): (key: string, value: unknown) => string {
  const units = new Map(listSettingsKeys(application).map(({ key, unit }) => [key, unit]));
  return (key, value) => {
    const unit = units.get(key) ?? units.get(key.replace(/^sites\.[^.]+/, 'sites.<name>'));
    if (typeof value !== 'number' || unit === undefined) return valueText(value);
    return unit === 'bytes' ? formatBytes(value) : formatDuration(value);
  };
}

function valueText(value: unknown): string {
  return value instanceof Secret ? value.toString() : (JSON.stringify(value) ?? '(not set)');
}

function leavesOf(value: unknown, key: string): string[] {
  const isMapping =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  if (!isMapping || Object.keys(value).length === 0) return key ? [key] : [];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, key ? `${key}.${name}` : name));
}
