import { requireTenant } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { type SettingsRow, isOverridden, settingsRows, valuePrinter } from './settings-rows.js';

const widest = 60;

/** The merged settings with the layer and place that set each value. Secrets print as `[secret]`. */
export async function showSettings(
  dependencies: Dependencies,
  request: { readonly tenant: string; readonly onlyOverridden: boolean },
): Promise<{ data: unknown; text: string }> {
  const tenant = requireTenant(dependencies.home.paths, request.tenant);
  const loaded = (await dependencies.settings()).load(tenant);
  const print = valuePrinter(loaded.application);
  const rows = settingsRows(loaded).filter((row) => !request.onlyOverridden || isOverridden(row));
  const values = rows.map(({ key, value }) => `${key}: ${print(key, value)}`);
  const width = Math.min(widest, Math.max(0, ...values.map((text) => text.length)));
  const lines = rows.map(({ layer, source }, index) => {
    const origin = layer === 'derived' ? source : `${layer}, ${source}`;
    return `${(values[index] ?? '').padEnd(width)}  # ${origin}`;
  });
  const data = {
    tenant,
    settings: nest(rows),
    sources: Object.fromEntries(rows.map(({ key, source }) => [key, source])),
    layers: Object.fromEntries(rows.map(({ key, layer }) => [key, layer])),
  };
  return { data, text: lines.length > 0 ? lines.join('\n') : `${tenant}: overrides nothing.` };
}

/** Nested again, as the settings are. */
function nest(rows: readonly SettingsRow[]): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const { key, value } of rows) {
    const path = key.split('.');
    let holder = root;
    for (const part of path.slice(0, -1)) holder = (holder[part] ??= {}) as Record<string, unknown>;
    holder[path.at(-1) ?? key] = value;
  }
  return root;
}
