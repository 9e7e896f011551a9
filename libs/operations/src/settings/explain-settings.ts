import { type LoadedSettings, requireSettingsKey, requireTenant } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { placeText, settingsRows, valuePrinter } from './settings-rows.js';

/** One key's value and every layer that had a say in it, the winner last; secrets print as `[secret]`. */
export interface ExplainedKey {
  readonly key: string;
  /** Null where no layer sets it. */
  readonly value: unknown;
  readonly layers: readonly ExplainedLayer[];
}

export interface ExplainedLayer {
  /** A file as the operator would type it, or an environment variable. */
  readonly source: string;
  readonly line: number | null;
  readonly operator: string;
  readonly value: unknown;
}

/**
 * Says why a tenant's settings are what they are: for one key, or for each that has a value.
 * Throws UnknownSettingsKey (exit 2), which suggests the nearest key.
 */
export async function explainSettings(
  dependencies: Dependencies,
  request: { readonly tenant: string; readonly key?: string | undefined },
): Promise<{ data: ExplainedKey | { tenant: string; keys: ExplainedKey[] }; text: string }> {
  const tenant = requireTenant(dependencies.home.paths, request.tenant);
  const loaded = (await dependencies.settings()).load(tenant);
  const print = valuePrinter(loaded.application);
  if (request.key !== undefined) {
    requireSettingsKey(loaded.application, request.key);
    return { data: explainOne(loaded, request.key), text: textOf(loaded, request.key, print) };
  }
  const keys = settingsRows(loaded).map(({ key }) => key);
  return {
    data: { tenant, keys: keys.map((key) => explainOne(loaded, key)) },
    text: keys.map((key) => textOf(loaded, key, print)).join('\n'),
  };
}

function explainOne(loaded: LoadedSettings, key: string): ExplainedKey {
  const layers = loaded
    .explain(key)
    .map(({ file, line, operator, value }) => ({ source: file, line: line ?? null, operator, value }));
  return { key, value: loaded.value(key) ?? null, layers };
}

type Print = ReturnType<typeof valuePrinter>;

function textOf(loaded: LoadedSettings, key: string, print: Print): string {
  const touches = loaded.explain(key);
  const rows = touches.map(({ kind, operator, value, ...place }) => [
    ...[kind, placeText(place), operator],
    print('', value),
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`);
  const value = loaded.value(key);
  if (lines.length === 0)
    lines.push(value === undefined ? '  no layer sets it' : "  follows from the tenant's name and the host");
  return [`${key}: ${print(key, value)}`, ...lines].join('\n');
}
